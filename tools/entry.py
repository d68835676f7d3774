"""The file that functions-framework loads."""


def entry_file(function: str) -> str:
    """Return the entry file of a function; the framework loads a file, our functions are packages.

    With it beside the code, or the code on the path, relative imports work in every function.
    """
    return f'"""Entry point of {function}."""\n\nfrom functions.{function}.main import {function}\n\n__all__ = ["{function}"]\n'
