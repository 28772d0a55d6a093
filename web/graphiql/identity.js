// The identity that the page is signed in with. The choice and a pasted token are kept for the browser tab only.
import { useState } from "react";

export const OTHER = "";
const CHOICE = "tenantry:identity";
const TOKEN = "tenantry:token";

function bearer(token) {
  const bare = token.trim().replace(/^bearer\s+/i, "");
  return bare ? `Bearer ${bare}` : null;
}

export function useIdentity(identities) {
  const [choice, setChoice] = useState(() => sessionStorage.getItem(CHOICE));
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN) ?? "");

  const choose = (label) => {
    sessionStorage.setItem(CHOICE, label);
    setChoice(label);
  };
  const paste = (text) => {
    if (text) sessionStorage.setItem(TOKEN, text);
    else sessionStorage.removeItem(TOKEN);
    setToken(text);
  };

  const listed = identities.find(({ label }) => label === choice) ?? identities[0];
  const isOther = choice === OTHER || !listed;
  const who = isOther ? { label: "Other token", authorization: bearer(token) } : listed;
  return { ...who, choice: isOther ? OTHER : who.label, isOther, token, choose, paste };
}
