// Editor colours that go with graphiql.css, and a theme that follows the system while the page is open.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import * as monaco from "monaco-graphql/esm/monaco-editor.js";
import { useEffect } from "react";

export const editorTheme = { dark: "tenantry-dark", light: "tenantry-light" };

const palettes = {
  light: { base: "vs", accent: "#5246d6", surface: "#ffffff", keyword: "#9c2a86", type: "#8a5a00" },
  dark: { base: "vs-dark", accent: "#a59dff", surface: "#1c1f2b", keyword: "#f49be0", type: "#f0c274" },
};
const syntax = {
  light: { name: "#1f5fbf", argument: "#5246d6", string: "#0b7a53", number: "#b4471b", comment: "#737d92" },
  dark: { name: "#8fbcff", argument: "#b6afff", string: "#7fd8b0", number: "#ffa97f", comment: "#8a93a8" },
};

for (const mode of ["light", "dark"]) {
  const { base, ...palette } = { ...palettes[mode], ...syntax[mode] };
  monaco.editor.defineTheme(editorTheme[mode], { base, inherit: true, colors: colors(palette), rules: rules(palette) });
}

function rules({ keyword, type, name, argument, string, number, comment }) {
  const foregrounds = {
    "keyword.gql": keyword,
    "type.identifier.gql": type,
    "key.identifier.gql": name,
    "argument.identifier.gql": argument,
    "annotation.gql": keyword,
    "string.gql": string,
    "number.gql": number,
    "comment.gql": comment,
    "string.key.json": name,
    "string.value.json": string,
    "number.json": number,
    "keyword.json": keyword,
  };
  return Object.entries(foregrounds).map(([token, foreground]) => ({ token, foreground }));
}

function colors({ accent, surface, name }) {
  const solid = ["editorHoverWidget", "editorSuggestWidget", "editorWidget", "menu", "quickInput"];
  const tinted = ["list.hover", "editorSuggestWidget.selected", "quickInputList.focus", "menu.selection"];
  return {
    "editor.background": "#00000000",
    "scrollbar.shadow": "#00000000",
    focusBorder: accent,
    "textLink.foreground": accent,
    "list.highlightForeground": accent,
    "editorSuggestWidget.selectedForeground": name,
    "editorSuggestWidget.selectedIconForeground": name,
    "list.focusHighlightForeground": accent,
    "pickerGroup.foreground": accent,
    ...Object.fromEntries(solid.map((widget) => [`${widget}.background`, surface])),
    ...Object.fromEntries(tinted.map((part) => [`${part}Background`, `${accent}26`])),
  };
}

// GraphiQL asks the system once; without this the editors keep their colours when it changes.
export function useSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(theme);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
}
