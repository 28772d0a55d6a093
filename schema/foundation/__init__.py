"""What every type and field builds on: context,
guards, errors, scalars, connections and payloads.
"""
