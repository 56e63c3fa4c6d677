"""The options of `memory-gate run`, as the settings declare them.

They are imported when the command is parsed, because the settings' models load slowly.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperCommand


class RunCommand(TyperCommand):
    """A command with the options of the settings, whose values it leaves in `context.obj`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the command's own parameters, those of the settings, and --help."""
        *own, help_option = super().get_params(ctx)
        return [*own, *setting_options(), help_option]

    def invoke(self, ctx: Any) -> Any:
        """Call the command without the settings' options, which its signature does not have."""
        ctx.obj = {option.name: ctx.params.pop(option.name) for option in setting_options()}
        return super().invoke(ctx)


@cache
def setting_options() -> tuple[Any, ...]:
    """Return the options that typer derives from a function's parameters."""
    command = typer.Typer(add_completion=False)
    command.command()(_function_with_options())
    return tuple(typer.main.get_command(command).params)


def _function_with_options() -> Any:
    """Return a function with a parameter for each option."""
    from gate.config.sections import declared
    from gate.stores import store_image_input

    def take(**options: Any) -> None:
        del options

    parameters = [
        inspect.Parameter(
            setting.option.parameter,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                list[str] | None if setting.option.many else str | None,
                typer.Option(
                    f"--{setting.option.name}", metavar=setting.option.metavar, help=setting.option_help
                ),
            ],
        )
        for setting in declared(store_image_input())
        if setting.option is not None
    ]
    take.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    take.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return take
