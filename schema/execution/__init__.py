"""How documents are parsed, validated and executed."""
