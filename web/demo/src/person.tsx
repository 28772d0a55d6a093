import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";

/** Who this tab is. Each tab can be somebody else. */
interface PersonChoice {
  readonly email: string | null;
  /** Grows with each choice, so that the same person can start again. */
  readonly count: number;
  readonly choose: (email: string | null) => void;
}

const KEY = "demo:person";
const PersonContext = createContext<PersonChoice | null>(null);

/** Takes the person of `?as=`, with which a link opens a tab as somebody else, or the tab's own. */
function readPerson(): string | null {
  const url = new URL(location.href);
  const given = url.searchParams.get("as");
  if (given === null) return sessionStorage.getItem(KEY);
  url.searchParams.delete("as");
  history.replaceState(history.state, "", url);
  sessionStorage.setItem(KEY, given);
  return given;
}

export function PersonProvider({ children }: { children: ReactNode }): ReactNode {
  const [choice, setChoice] = useState(() => ({ email: readPerson(), count: 0 }));
  const choose = useCallback((email: string | null) => {
    if (email === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, email);
    setChoice(({ count }) => ({ email, count: count + 1 }));
  }, []);
  const value = useMemo(() => ({ ...choice, choose }), [choice, choose]);
  return <PersonContext.Provider value={value}>{children}</PersonContext.Provider>;
}

export function usePerson(): PersonChoice {
  const value = useContext(PersonContext);
  if (!value) throw new Error("usePerson needs a <PersonProvider> around it.");
  return value;
}
