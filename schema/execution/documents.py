"""Parses and validates each document once, and caches those that are small and valid."""

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

# The limit on comparing fields that overlap; a document that exceeds it is invalid. The default of
# 500,000 could block the event loop for more than half a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000

# The memory that a tree takes for each token: up to 560 bytes were measured.
TOKEN_BYTES = 600
KEPT_BYTES = 16 * 1024 * 1024
KEPT_LENGTH = 16 * 1024
# The end of the message of graphql-core for a document with too many tokens or comments.
ABORTED = "Parsing aborted."


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text and its errors; a text that cannot be parsed has no tree."""

    tree: DocumentNode | None
    errors: Sequence[GraphQLError]

    def is_ambiguous(self, name: str | None) -> bool:
        """Whether a name is needed to say which of several operations to run."""
        return name is None and len(self._operations(None)) > 1

    def get_operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Returns the operation that runs, or None if it is ambiguous or missing."""
        operations = self._operations(name)
        return operations[0] if len(operations) == 1 else None

    def is_mutation(self, name: str | None) -> bool:
        return self._runs(OperationType.MUTATION, name)

    def is_subscription(self, name: str | None) -> bool:
        return self._runs(OperationType.SUBSCRIPTION, name)

    def _runs(self, kind: OperationType, name: str | None) -> bool:
        operation = self.get_operation(name)
        return operation is not None and operation.operation is kind

    def _operations(self, name: str | None) -> list[OperationDefinitionNode]:
        return [
            node
            for node in (self.tree.definitions if self.tree else ())
            if isinstance(node, OperationDefinitionNode)
            and (name is None or (node.name and node.name.value == name))
        ]


@dataclass(slots=True, eq=False)
class Documents:
    """Reads documents, and caches valid ones until they are the least recently used.

    Limits on depth, aliases and cost belong in `_read`, between parsing and validation.
    """

    validate: Callable[[DocumentNode], list[GraphQLError]]
    max_tokens: int
    hits: int = 0
    misses: int = 0
    # An estimate of the memory that the cached documents take, in bytes.
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
            # Comments are not lexical tokens, but the tree contains them as well.
            tree = parse(text, max_lexical_tokens=self.max_tokens, max_comments=self.max_tokens)
        except GraphQLSyntaxError as error:
            return Document(None, [self._too_large() if error.message.endswith(ABORTED) else error])
        return Document(tree, self.validate(tree))

    def _too_large(self) -> GraphQLError:
        """Makes the error without the number of tokens, because parsing stops at the limit."""
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
    """Estimates the memory of a document, whose tree contains the words of the text again."""
    tokens = document.tree.token_count if document.tree else 0
    return 2 * sys.getsizeof(text) + TOKEN_BYTES * tokens


class Prepared(SchemaExtension):
    """Gives Strawberry a document that was already parsed and validated."""

    def on_parse(self) -> Iterator[None]:
        document: Document = self.execution_context.context.document
        self.execution_context.graphql_document = document.tree
        # Not None, even without errors, because None would mean that it is not validated yet.
        self.execution_context.pre_execution_errors = list(document.errors)
        yield
