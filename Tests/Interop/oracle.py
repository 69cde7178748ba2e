# SPDX-License-Identifier: Apache-2.0
"""Judges documents and texts by graphql-core: a parser and a printer that are not ours.

usage: oracle.py

Each line of its input is a JSON list of questions, each line of its output the list of answers. An answer is
`{"difference": ...}`, null or what differs, and for a document `{"prints": [...]}`: the texts that graphql-core prints it
as, ordinarily and with block strings.

Where we differ on purpose, and nowhere else:

- Descriptions and definitions of types are refused: a client's document has no use for them.
- A selection set is not empty, as the edition of September 2025 has it. graphql-core takes empty ones by default.
- Arguments and input fields that are given twice, and numbers beyond 64 bits, are told while parsing, not after it. So
  such a text is neither accepted nor refused, but `structure`, and there may be errors of syntax further on.

The limits on tokens and nesting are far above what is asked here.
"""

import json
import struct
import sys

from graphql import GraphQLSyntaxError, StringValueNode, Visitor, parse, print_ast, visit
from graphql.language.block_string import is_printable_as_block_string

EXECUTABLE = ("operation_definition", "fragment_definition")


class Structure(Exception):
    """The text has a fault that is none of syntax."""


class Unsupported(Exception):
    """The text is not for clients."""


class Blocks(Visitor):
    """Makes block strings of the strings that can be."""

    def enter_string_value(self, node, *_):
        return StringValueNode(value=node.value, block=is_printable_as_block_string(node.value))


# The tree of a document, as the other side makes it of its own nodes.


def tree(document):
    definitions = document.definitions
    if not all(definition.kind in EXECUTABLE for definition in definitions):
        raise Unsupported("a definition of a type")
    return {
        "operations": [operation(node) for node in definitions if node.kind == "operation_definition"],
        "fragments": [fragment(node) for node in definitions if node.kind == "fragment_definition"],
    }


def operation(node):
    refuse_description(node)
    return {
        "kind": node.operation.value,
        "name": name(node.name),
        "variables": [variable(definition) for definition in node.variable_definitions or ()],
        "directives": directives(node),
        "selections": selections(node.selection_set),
    }


def fragment(node):
    refuse_description(node)
    return {
        "name": name(node.name),
        "on": name(node.type_condition.name),
        "directives": directives(node),
        "selections": selections(node.selection_set),
    }


def variable(node):
    refuse_description(node)
    return {
        "name": name(node.variable.name),
        "type": type_reference(node.type),
        "default": value(node.default_value) if node.default_value else None,
        "directives": directives(node),
    }


def refuse_description(node):
    if node.description:
        raise Unsupported("a description")


def type_reference(node):
    match node.kind:
        case "list_type":
            return {"list": type_reference(node.type)}
        case "non_null_type":
            return {"nonNull": type_reference(node.type)}
        case _:
            return name(node.name)


def selections(node):
    return [selection(member) for member in node.selections] if node else None


def selection(node):
    match node.kind:
        case "field":
            return {
                "field": name(node.name),
                "alias": name(node.alias),
                "arguments": members(node.arguments),
                "directives": directives(node),
                "selections": selections(node.selection_set),
            }
        case "fragment_spread":
            return {"spread": name(node.name), "directives": directives(node)}
        case _:
            return {
                "on": name(node.type_condition.name) if node.type_condition else None,
                "directives": directives(node),
                "selections": selections(node.selection_set),
            }


def directives(node):
    return [{"name": name(one.name), "arguments": members(one.arguments)} for one in node.directives or ()]


def members(nodes):
    result = {}
    for node in nodes or ():
        if node.name.value in result:
            raise Structure(f"{node.name.value} comes twice")
        result[node.name.value] = value(node.value)
    return result


def value(node):
    match node.kind:
        case "null_value":
            return {"kind": "null"}
        case "boolean_value":
            return {"boolean": node.value}
        case "int_value":
            return {"int": whole_number(node.value)}
        case "float_value":
            return {"float": bits(node.value)}
        case "string_value":
            return {"string": node.value}
        case "enum_value":
            return {"enum": node.value}
        case "variable":
            return {"variable": name(node.name)}
        case "list_value":
            return {"list": [value(element) for element in node.values]}
        case _:
            return {"object": members(node.fields)}


def whole_number(text):
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise Structure("a whole number out of range")
    return str(number)


def bits(text):
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Structure("a number out of range")
    return str(struct.unpack("<Q", struct.pack("<d", number))[0])


def name(node):
    return node.value if node else None


# The questions.


def judge_document(question):
    """A document of our builder, printed by us in both ways, with its tree."""
    try:
        compact, pretty = [parse(question[style], no_location=True) for style in ("compact", "pretty")]
    except GraphQLSyntaxError as error:
        return {"difference": str(error)}
    for document in (compact, pretty):
        if tree(document) != question["tree"]:
            return {"difference": f"it means {tree(document)}"}
    return {"prints": [print_ast(compact), print_ast(visit(pretty, Blocks()))]}


def judge_text(question):
    """Any text, with what our parser says of it."""
    verdict = question["verdict"]
    try:
        expected = tree(parse(question["text"], no_location=True, allow_empty_selection_sets=False))
    except GraphQLSyntaxError as error:
        place = [error.locations[0].line, error.locations[0].column]
        is_alike = verdict == "refused" or verdict == "structure" and question["place"] < place
        return {"difference": None if is_alike else f"it is refused: {error}"}
    except Unsupported as reason:
        return {"difference": None if verdict != "accepted" else f"it holds {reason}"}
    except Structure as reason:
        return {"difference": None if verdict == "structure" else f"it is accepted, and {reason}"}
    if verdict != "accepted":
        return {"difference": "it is accepted"}
    return {"difference": None if expected == question["tree"] else f"it means {expected}"}


def main():
    # No number is too long to be compared.
    sys.set_int_max_str_digits(0)
    for line in sys.stdin.buffer:
        answers = [judge_text(one) if "text" in one else judge_document(one) for one in json.loads(line)]
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
