"""The settings: what is invalid, what no server starts with, and what could be safer."""

import re

from server.cli.diagnosis.findings import Finding
from server.settings.checks import ensure_production, find_risks
from server.settings.settings import Settings, SettingsError
from server.settings.unknown import find_unknown_variables


def check_settings(settings: Settings, error: SettingsError | None) -> list[Finding]:
    """Checks all settings; those that are invalid have their defaults."""
    invalid = error.invalid if error else frozenset[str]()
    wrong = error.messages if error else []
    risks = find_unknown_variables()
    head: list[Finding] = []
    if not settings.is_development and "env" not in invalid:
        head = [describe_environment(settings)]
        wrong = [*wrong, *find_unsafe(settings, invalid)]
        risks = [*risks, *(risk for risk in find_risks(settings) if not names(risk, invalid))]
    if not wrong:
        purpose = "development" if settings.is_development else "production"
        head.append(Finding("Settings", True, f"for {purpose}"))
    return [
        *head,
        *(Finding("Settings", False, sentence) for sentence in wrong),
        *(Finding("Settings", True, risk, is_risk=True) for risk in risks),
    ]


def describe_environment(settings: Settings) -> Finding:
    is_chosen = "env" in settings.model_fields_set
    hint = "" if is_chosen else "; to check the settings of `tenantry dev`, set it to development"
    return Finding("TENANTRY_ENV", True, f"production{hint}")


def find_unsafe(settings: Settings, invalid: frozenset[str]) -> list[str]:
    """Finds what no production server starts with, apart from what is invalid anyway."""
    try:
        ensure_production(settings)
    except SettingsError as error:
        return [sentence for sentence in error.messages if not names(sentence, invalid)]
    return []


def names(sentence: str, invalid: frozenset[str]) -> bool:
    """Whether the sentence is about an invalid setting, and so about its default."""
    return not invalid.isdisjoint(re.findall(r"tenantry_(\w+)", sentence.lower()))
