"""Looks and access of the components, in every state of the gallery.

A number in the name of a test is that of its check in the design of the browser packages.
"""

from itertools import groupby

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import COLORS, violations
from tests.browser.gallery import Gallery, scenes, tailwind
from tests.browser.react_page import REPOSITORY

pytestmark = pytest.mark.slow

# The states of each component.
STATES = {
    component: list(states)
    for component, states in groupby(scenes(), key=lambda state: state.split("-")[0])
}


WIDTHS = """() => [...document.querySelectorAll("html, dialog[open], .tn-panel:popover-open, .tn-page")]
  .map(box => [box.className || box.localName, box.scrollWidth - box.clientWidth])
  .filter(([, more]) => more > 0)"""
# The pages of the settings stand in a row that scrolls.
OUTSIDE = """() => [...document.querySelectorAll(".tn-root, .tn-root *")]
  .filter(node => !node.closest(".tn-visuallyHidden, .tn-table thead, [hidden], .tn-navigationItem"))
  .map(node => [node.className, node.getBoundingClientRect()])
  .filter(([, { width, left, right }]) => width > 0 && (left < -0.5 || right > innerWidth + 0.5))
  .map(([name]) => String(name))"""

# Controls that stick out of their group, and names that have no room.
CROWDED = """() => [
  ...[...document.querySelectorAll(".tn-actions > *, .tn-field > *")].filter(node => {
    const [inner, outer] = [node, node.parentElement].map(box => box.getBoundingClientRect());
    return inner.width > 0 && (inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5);
  }),
  ...[...document.querySelectorAll(".tn-rowText")].filter(node => {
    const { width } = node.getBoundingClientRect();
    return width > 0 && width < 64;
  }),
].map(node => node.outerHTML.slice(0, 120))"""


# A page that shows one state after the other loads the components once, and a state is shown again
# faster than it is loaded.
@pytest.mark.parametrize("states", STATES.values(), ids=STATES.keys())
def test_75_76_everything_fits_into_320_pixels_and_axe_finds_nothing(
    gallery: Gallery, states: list[str]
) -> None:
    page = gallery.open(states[0], width=320)
    for state in states:
        page.set_viewport_size({"width": 320, "height": 720})
        gallery.show(page, state, lang="de")
        for lang in ("de", "ar"):
            gallery.change(page, lang=lang)
            for faults in (WIDTHS, OUTSIDE, CROWDED):
                assert page.evaluate(faults) == [], (state, lang)

        page.set_viewport_size({"width": 1280, "height": 720})
        gallery.change(page)
        assert violations(page) == [], state
        gallery.change(page, theme="dark")
        assert violations(page, rules=COLORS) == [], f"{state}, dark"


IN_ROW = """() => {
    const box = node => node.getBoundingClientRect();
    const row = document.querySelector(".tn-navigationItems");
    const items = [...row.children].map(box), current = box(row.querySelector("[aria-current]"));
    return {
        lines: new Set(items.map(({ top }) => top)).size,
        hides: row.scrollWidth > row.clientWidth,
        shows: current.left >= box(row).left && current.right <= box(row).right,
    };
}"""


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_76_narrow_settings_have_one_row_of_pages(gallery: Gallery, lang: str) -> None:
    one_row = {"lines": 1, "hides": True, "shows": True}
    page = gallery.open("profile-billing", width=320, lang=lang)
    assert page.evaluate(IN_ROW) == one_row
    pages = page.get_by_role("navigation").get_by_role("button")
    pages.first.press("Enter")
    expect(pages.first).to_have_attribute("aria-current", "page")
    assert page.evaluate(IN_ROW) == one_row

    page = gallery.open("profile-modal", width=320, lang=lang)
    assert page.evaluate(IN_ROW) == one_row
    expect(page.get_by_role("navigation").get_by_role("button").first).to_be_focused()


@pytest.mark.parametrize("state", ["switcher-open", "profile-members", "invite-dialog"])
def test_76_large_text_and_forced_colors_lose_nothing(gallery: Gallery, state: str) -> None:
    page = gallery.open(state, width=640)
    page.emulate_media(forced_colors="active")
    page.add_style_tag(content="html { font-size: 200%; }")

    assert page.evaluate(WIDTHS) == []
    buttons = page.locator(".tn-root .tn-button:visible")
    width = "node => parseFloat(getComputedStyle(node).borderTopWidth)"
    assert all(button.evaluate(width) >= 1 for button in buttons.all())


HOST = """() => document.body.insertAdjacentHTML("afterbegin",
    '<section id="host"><h1>Page</h1><button>Go</button><input><a href="#">Link</a><table><tr><td>1' +
    '</table><select><option>1</select><p>Text</p></section>')"""
STYLES = """() => [...document.querySelectorAll("#host, #host *")].map(node =>
    [...getComputedStyle(node)].filter(name => !name.startsWith("--"))
      .map(name => name + ":" + getComputedStyle(node).getPropertyValue(name)).join(";"))"""


def test_77_the_sheet_leaves_the_page_around_alone(gallery: Gallery) -> None:
    page = gallery.open("switcher-open")
    page.evaluate(HOST)
    with_sheet = page.evaluate(STYLES)
    # The gallery has styles of its own, which stay.
    page.evaluate("""() => {
        for (const sheet of document.styleSheets)
          for (let at = sheet.cssRules.length - 1; at >= 0; at -= 1)
            if (sheet.cssRules[at] instanceof CSSLayerBlockRule) sheet.deleteRule(at);
    }""")

    assert (
        page.locator(".tn-trigger").evaluate("node => getComputedStyle(node).borderTopStyle")
        == "outset"
    )
    assert page.evaluate(STYLES) == with_sheet


def test_77_beside_tailwind(gallery: Gallery) -> None:
    guide = (REPOSITORY / "docs" / "guides" / "react.md").read_text()
    order = next(line for line in guide.splitlines() if line.startswith("`@layer theme, base,"))
    alone = order.strip("`.") + '@import "tailwindcss";'
    alone, together = tailwind([alone, alone + '@import "@tenantry/react/styles.css";'], "p-8")
    page = gallery.open("switcher-closed", props={"appearance": {"elements": {"trigger": "p-8"}}})
    page.evaluate(HOST)
    replace = """css => {
        document.querySelectorAll("link[rel=stylesheet], style").forEach(sheet => sheet.remove());
        document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
    }"""
    trigger = """() => {
        const { padding, borderTopWidth } = getComputedStyle(document.querySelector(".tn-trigger"));
        return [padding, borderTopWidth];
    }"""

    page.evaluate(replace, alone)
    without_sheet = page.evaluate(STYLES)
    assert page.evaluate(trigger) == ["32px", "0px"]
    page.evaluate(replace, together)
    # The utility wins over the component, and the component over the reset of Tailwind.
    assert page.evaluate(trigger) == ["32px", "1px"]
    assert page.evaluate(STYLES) == without_sheet


def test_77_a_class_of_the_page_wins(gallery: Gallery) -> None:
    page = gallery.open("switcher-styled")
    page.add_style_tag(content="@layer utilities { .own-trigger { padding: 32px; } }")

    expect(page.locator(".tn-trigger")).to_have_css("padding", "32px")
    expect(page.locator(".tn-trigger .tn-rowTitle")).to_have_css("font-style", "italic")


def test_78_variables_change_the_button(gallery: Gallery) -> None:
    page = gallery.open("switcher-styled")
    join = page.get_by_role("button", name="Join Difference Lab")
    expect(join).to_have_css("background-color", "rgb(200, 0, 80)")
    # The hostile value of another variable is left out.
    expect(page.locator("body")).to_be_visible()

    page = gallery.open("switcher-invited")
    page.add_style_tag(content=":root { --tn-color-primary: rgb(0, 90, 90); }")
    join = page.get_by_role("button", name="Join Difference Lab")
    expect(join).to_have_css("background-color", "rgb(0, 90, 90)")


def test_78_variables_stand_in_the_layer_that_is_named(gallery: Gallery) -> None:
    appearance = {"variables": {"colorForeground": "rgb(200, 0, 80)"}}
    for named, color in (
        ({}, "rgb(200, 0, 80)"),
        ({"cssLayerName": "vendor.tenantry"}, "rgb(0, 90, 90)"),
    ):
        page = gallery.open("switcher-closed", props={"appearance": {**appearance, **named}})
        page.add_style_tag(content=":where(.tn-root) { --tn-color-foreground: rgb(0, 90, 90); }")
        expect(page.locator(".tn-trigger")).to_have_css("color", color)


def test_78_the_settings_of_the_switcher_have_a_look_of_their_own(gallery: Gallery) -> None:
    appearance = {"variables": {"colorForeground": "rgb(200, 0, 80)"}}
    props = {"organizationProfileProps": {"appearance": appearance}}
    page = gallery.open("profile-modal", props=props)

    expect(page.get_by_role("dialog")).to_have_css("color", "rgb(200, 0, 80)")
    expect(page.locator(".tn-trigger")).not_to_have_css("color", "rgb(200, 0, 80)")


def test_the_logo_of_the_instance(gallery: Gallery) -> None:
    for placement in ("inside", "outside"):
        options = {"appearance": {"options": {"logoPlacement": placement}}}
        page = gallery.open("list-branded", props=options)
        link = page.get_by_role("link", name="Calculus")
        expect(link).to_have_attribute("href", "https://example.com/")
        logo, card = link.bounding_box(), page.locator(".tn-card").bounding_box()
        assert logo
        assert card
        assert logo["y"] >= 0
        assert (logo["y"] > card["y"]) == (placement == "inside")
        title = page.get_by_role("heading").bounding_box()
        assert title
        assert logo["y"] + logo["height"] < title["y"]

    page = gallery.open(
        "list-branded", props={"appearance": {"options": {"logoPlacement": "none"}}}
    )
    expect(page.get_by_role("img", name="Calculus")).to_have_count(0)


def test_79_languages(gallery: Gallery) -> None:
    page = gallery.open("switcher-open", lang="ar")
    assert page.locator(".tn-switcher").get_attribute("dir") == "rtl"
    trigger, panel = (
        page.locator(".tn-trigger").bounding_box(),
        page.locator(".tn-panel").bounding_box(),
    )
    assert trigger
    assert panel
    assert trigger["x"] + trigger["width"] == pytest.approx(panel["x"] + panel["width"], abs=1)

    page = gallery.open("switcher-retry", lang="de")
    expect(page.get_by_role("alert")).to_contain_text("Der Server kann gerade nicht antworten.")


def test_79_overlays_have_the_direction_of_their_language(gallery: Gallery) -> None:
    page = gallery.open("invite-button", lang="ar")
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.locator("button.tn-button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_attribute("dir", "rtl")
    expect(dialog).to_have_attribute("lang", "ar")


def test_79_a_name_in_another_direction_stands_where_the_others_do(gallery: Gallery) -> None:
    page = gallery.open("profile-members")
    edges = page.locator(".tn-person .tn-rowText > *").evaluate_all(
        """nodes => nodes.map(node => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return range.getBoundingClientRect().left;
        })"""
    )
    assert len(edges) > 10
    assert max(edges) - min(edges) < 3


def test_80_a_strict_policy_is_kept(gallery: Gallery) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-x'; img-src 'self' data:"
    )

    def send_policy(route: Route) -> None:
        answer = route.fetch()
        headers = {**answer.headers, "content-security-policy": policy}
        route.fulfill(response=answer, headers=headers)

    gallery.context.route("**/index.html*", send_policy)
    page = gallery.open("switcher-styled", nonce="x")

    join = page.get_by_role("button", name="Join Difference Lab")
    expect(join).to_have_css("background-color", "rgb(200, 0, 80)")


def test_81_names_and_states(gallery: Gallery) -> None:
    page = gallery.open("switcher-open")

    expect(
        page.get_by_role("button", name="Organization switcher, Analytical Engines Admin")
    ).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("dialog", name="Organizations")).to_match_aria_snapshot("""
        - dialog "Organizations":
          - button "Manage"
          - list "Your organizations":
            - listitem:
              - button "Analytical Engines Admin"
            - listitem:
              - button "Difference Lab Admin"
            - listitem:
              - button /Observatory/
            - listitem:
              - button "Personal account Ada Lovelace"
          - button "Create organization"
    """)
    current = page.locator("[aria-current=true]")
    expect(current).to_have_count(1)
    expect(current).to_contain_text("Analytical Engines")


def test_82_the_trigger_takes_the_place_of_its_skeleton(gallery: Gallery) -> None:
    page = gallery.open("switcher-loading")
    page.evaluate("""() => {
        window.shifts = 0;
        new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifts += one.value; })
          .observe({ type: "layout-shift", buffered: true });
        document.querySelector("main").insertAdjacentHTML("beforeend", "<p id=below>Below</p>");
    }""")
    before = page.locator(".tn-switcher").bounding_box()
    page.evaluate("window.dispatchEvent(new Event('gallery:load'))")
    expect(page.locator("button.tn-trigger")).to_contain_text("Analytical Engines")

    assert page.locator(".tn-switcher").bounding_box() == before
    assert page.evaluate("window.shifts") == 0


@pytest.mark.parametrize("state", ["switcher-hostile", "profile-hostile"])
def test_104_hostile_names_do_nothing(gallery: Gallery, state: str) -> None:
    page = gallery.open(state)

    expect(page.get_by_text("<script>alert(2)</script>").first).to_be_visible()
    assert (
        page.locator("[href^='javascript:'], [src^='javascript:'], main script, main img").count()
        == 0
    )
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(WIDTHS) == []
