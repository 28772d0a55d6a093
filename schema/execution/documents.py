"""Documents: each text is parsed and validated once, and kept if it is small and valid."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension

from models.errors import LimitExceeded

# How much work may go into comparing fields that overlap. A document that needs more is invalid;
# with the default of 500,000 it would stop the event loop for more than half a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000

# A tree takes up to 560 bytes for each token of its text, whatever the text is.
TOKEN_BYTES = 600
KEPT_BYTES = 16 * 1024 * 1024
KEPT_LENGTH = 16 * 1024
# The end of graphql-core's message when a document has too many tokens or comments.
ABORTED = "Parsing aborted."


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text and its errors. A text that cannot be parsed has errors and no tree."""

    tree: DocumentNode | None
    errors: Sequence[GraphQLError]

    def is_ambiguous(self, name: str | None) -> bool:
        """Whether a name is needed to say which of several operations to run."""
        return name is None and len(self._operations(None)) > 1

    def is_mutation(self, name: str | None) -> bool:
        return self._runs(OperationType.MUTATION, name)

    def is_subscription(self, name: str | None) -> bool:
        return self._runs(OperationType.SUBSCRIPTION, name)

    def _runs(self, kind: OperationType, name: str | None) -> bool:
        found = self._operations(name)
        return len(found) == 1 and found[0].operation is kind

    def _operations(self, name: str | None) -> list[OperationDefinitionNode]:
        nodes = self.tree.definitions if self.tree else ()
        found = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
        return [node for node in found if name is None or (node.name and node.name.value == name)]


@dataclass(slots=True, eq=False)
class Documents:
    """Reads documents, and keeps those that were valid, the least recently used ones leaving first.

    Limits on depth, aliases and cost belong in `_read`, between parsing and validation.
    """

    validate: Callable[[DocumentNode], list[GraphQLError]]
    max_tokens: int
    hits: int = 0
    misses: int = 0
    # An estimate of the memory that the kept documents take, in bytes.
    size: int = 0
    kept: OrderedDict[str, Document] = field(default_factory=OrderedDict[str, Document])

    def read(self, text: str) -> Document:
        if document := self.kept.get(text):
            self.hits += 1
            self.kept.move_to_end(text)
            return document
        self.misses += 1
        document = self._read(text)
        if document.tree and not document.errors and len(text) <= KEPT_LENGTH:
            self._keep(text, document)
        return document

    def _read(self, text: str) -> Document:
        try:
            # Comments are no lexical tokens, but the tree keeps them as well.
            tree = parse(text, max_lexical_tokens=self.max_tokens, max_comments=self.max_tokens)
        except GraphQLSyntaxError as error:
            return Document(None, [self._too_large() if error.message.endswith(ABORTED) else error])
        return Document(tree, self.validate(tree))

    def _too_large(self) -> GraphQLError:
        """How many tokens were sent is not known: nothing after the last allowed one is read."""
        sentence = (
            f"A document can have at most {self.max_tokens} tokens, and as many comments."
            " Split it into several requests."
        )
        limit = LimitExceeded(sentence, limit="tokens", allowed=self.max_tokens)
        return GraphQLError(sentence, original_error=limit)

    def _keep(self, text: str, document: Document) -> None:
        self.kept[text] = document
        self.size += _size(text, document)
        while self.size > KEPT_BYTES:
            self.size -= _size(*self.kept.popitem(last=False))


def _size(text: str, document: Document) -> int:
    """The tree holds the words of the text once more."""
    tokens = document.tree.token_count if document.tree else 0
    return 2 * sys.getsizeof(text) + TOKEN_BYTES * tokens


class Prepared(SchemaExtension):
    """Hands a document that was parsed and validated before to Strawberry, which does neither."""

    def on_parse(self) -> Iterator[None]:
        document: Document = self.execution_context.context.document
        self.execution_context.graphql_document = document.tree
        # Not None, even when there are no errors: None would mean that validation is still to come.
        self.execution_context.pre_execution_errors = list(document.errors)
        yield
