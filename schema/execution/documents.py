"""Parses and validates each document once, and caches those that are small and valid."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    parse,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension

from models.errors.request import LimitExceeded
from schema.execution.breadth_first.operations import PreparedOperation, prepare_operation
from schema.execution.limits import (
    DocumentLimits,
    OperationSize,
    check_limit,
    measure_document,
    measure_operation,
)

# The limit on comparing fields that overlap; a document that exceeds it is invalid. The default of
# 500,000 could block the event loop for more than half a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000

# The memory that a tree takes for each token: up to 560 bytes were measured.
TOKEN_BYTES = 600
KEPT_BYTES = 16 * 1024 * 1024
KEPT_LENGTH = 16 * 1024
# For how many values of its variables the size of a document is kept.
KEPT_SIZES = 20
# The end of the message of graphql-core for a document with too many tokens or comments.
ABORTED = "Parsing aborted."
# Its whole message when fields overlap too often.
OVERLAPPING = "Validation aborted."


def too_many_tokens(most: int) -> LimitExceeded:
    """How many tokens were sent is not known: nothing after the last allowed one is read."""
    return LimitExceeded(
        f"A document can have at most {most} tokens, and as many comments."
        " Split it into several requests.",
        limit="tokens",
        allowed=most,
    )


def explain(error: GraphQLError) -> GraphQLError:
    """What a budget of validation means to whoever wrote the document."""
    if error.message != OVERLAPPING:
        return error
    return to_error(
        LimitExceeded(
            "The document selects the same fields too often."
            " Select each once, or give them different aliases in different requests.",
            limit="overlappingFields",
            allowed=overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET,
        )
    )


def to_error(limit: LimitExceeded) -> GraphQLError:
    return GraphQLError(str(limit), original_error=limit)


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed text and its errors; a text that cannot be parsed has no tree."""

    tree: DocumentNode | None
    errors: Sequence[GraphQLError]
    # Its operations by name; empty for one that has errors.
    sizes: Mapping[str, OperationSize] = field(default_factory=dict[str, OperationSize])
    # Its operations that were executed, by the IDs of their nodes.
    prepared: dict[int, PreparedOperation] = field(default_factory=dict[int, PreparedOperation])
    # The same with the sizes for certain values of the variables that they depend on.
    measured: dict[Hashable, "Document"] = field(default_factory=dict[Hashable, "Document"])

    def prepare(self, schema: GraphQLSchema, node: OperationDefinitionNode) -> PreparedOperation:
        """Prepares an operation to be executed, the first time that it is."""
        prepared = self.prepared.get(id(node))
        if prepared is None:
            assert self.tree, "it has operations"
            prepared = self.prepared[id(node)] = prepare_operation(schema, self.tree, node)
        return prepared

    def is_ambiguous(self, name: str | None) -> bool:
        """Whether a name is needed to say which of several operations to run."""
        return name is None and len(self._operations(None)) > 1

    def get_operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Returns the operation that runs, or None if it is ambiguous or missing."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str | None, OperationDefinitionNode]:
        """The operations by the names that clients run them with."""
        names = [None, *self.names]
        found = {name: self._operations(name) for name in names}
        return {name: nodes[0] for name, nodes in found.items() if len(nodes) == 1}

    @property
    def names(self) -> list[str]:
        return [node.name.value for node in self._operations(None) if node.name]

    def find_root_keys(self, name: str | None) -> dict[str, str]:
        """Finds the fields of an operation that is named unambiguously, by their response keys.

        Includes those that a directive may skip, but not `__typename`.
        """
        keys: dict[str, str] = {}
        fragments = {
            node.name.value: node
            for node in (self.tree.definitions if self.tree else ())
            if isinstance(node, FragmentDefinitionNode)
        }
        (operation,) = self._operations(name)
        pending = [*operation.selection_set.selections]
        while pending:
            match pending.pop():
                case FieldNode() as field:
                    if field.name.value != "__typename":
                        keys[(field.alias or field.name).value] = field.name.value
                case InlineFragmentNode() as inline:
                    pending += inline.selection_set.selections
                case FragmentSpreadNode() as spread:
                    if fragment := fragments.pop(spread.name.value, None):
                        pending += fragment.selection_set.selections
                case _:
                    pass
        return keys

    def get_kind(self, name: str | None) -> OperationType | None:
        """Returns the kind of the operation that runs, or None if it is ambiguous or missing."""
        node = self._by_name.get(name)
        return node.operation if node else None

    def is_mutation(self, name: str | None) -> bool:
        return self.get_kind(name) is OperationType.MUTATION

    def is_subscription(self, name: str | None) -> bool:
        return self.get_kind(name) is OperationType.SUBSCRIPTION

    def get_size(self, name: str | None) -> OperationSize | None:
        """The size of the operation that a request with this name runs, if there is just one."""
        return self._sizes_by_name.get(name)

    @cached_property
    def _sizes_by_name(self) -> Mapping[str | None, OperationSize]:
        """The sizes by the names that clients run the operations with."""
        sizes = [*self.sizes.values()]
        return {None: sizes[0], **self.sizes} if len(sizes) == 1 else {**self.sizes}

    def _operations(self, name: str | None) -> Sequence[OperationDefinitionNode]:
        if name is None:
            return self._all_operations
        return [node for node in self._all_operations if node.name and node.name.value == name]

    @cached_property
    def _all_operations(self) -> Sequence[OperationDefinitionNode]:
        definitions = self.tree.definitions if self.tree else ()
        return [node for node in definitions if isinstance(node, OperationDefinitionNode)]


@dataclass(slots=True, eq=False)
class Documents:
    """Reads documents, and keeps the valid ones that were used last."""

    schema: GraphQLSchema
    validate: Callable[[DocumentNode], list[GraphQLError]]
    limits: DocumentLimits
    hits: int = 0
    misses: int = 0
    # An estimate of the memory that the cached documents take, in bytes.
    size: int = 0
    kept: OrderedDict[str, Document] = field(default_factory=OrderedDict[str, Document])

    def read(
        self, text: str, name: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> Document:
        """The document; with errors if an operation of that name would cost too much."""
        document = self.kept.get(text)
        if document:
            self.hits += 1
            self.kept.move_to_end(text)
        else:
            self.misses += 1
            document = self._read(text)
            if document.tree and not document.errors and len(text) <= KEPT_LENGTH:
                self._keep(text, document)
        size = document.get_size(name)
        if size is None or not size.variables:
            return document
        given = variables or {}
        key = (name, *[_shorten(given.get(one, Undefined)) for one in sorted(size.variables)])
        measured = document.measured.get(key)
        if measured is None:
            measured = self._measure(document, size, name, given)
            if len(document.measured) >= KEPT_SIZES:
                document.measured.clear()
            if not measured.errors:
                document.measured[key] = measured
        return measured

    def _measure(
        self, document: Document, size: OperationSize, name: str | None, given: Mapping[str, Any]
    ) -> Document:
        """Measures an operation again with its variables."""
        try:
            assert document.tree, "it has operations"
            size = measure_operation(self.schema, document.tree, size.node, given)
            check_limit("cost", self.limits.cost, size.cost)
        except LimitExceeded as error:
            return Document(None, [to_error(error)])
        return replace(document, sizes={name or "": size}, measured={})

    def _read(self, text: str) -> Document:
        most = self.limits.tokens
        try:
            # Comments are no lexical tokens, but the tree keeps them as well.
            tree = parse(text, max_lexical_tokens=most, max_comments=most)
            sizes = measure_document(self.schema, tree, self.limits)
        except GraphQLSyntaxError as error:
            too_large = error.message.endswith(ABORTED)
            return Document(None, [to_error(too_many_tokens(most)) if too_large else error])
        except LimitExceeded as error:
            return Document(None, [to_error(error)])
        return Document(tree, [explain(error) for error in self.validate(tree)], sizes)

    def _keep(self, text: str, document: Document) -> None:
        self.kept[text] = document
        self.size += _size(text, document)
        while self.size > KEPT_BYTES:
            self.size -= _size(*self.kept.popitem(last=False))


def _shorten(value: Any) -> Hashable:
    """What the size of an operation can depend on: a number, or how long a list is."""
    if isinstance(value, list):
        return (len(cast(list[Any], value)),)
    return value if isinstance(value, (int, float)) or value is Undefined else None


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
