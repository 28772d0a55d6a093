import { useEffect, useState } from "react";

export interface Email {
  readonly id: string;
  readonly to: string;
  readonly sender: string;
  readonly subject: string;
  readonly date: string;
  readonly text: string;
}

const SECONDS = 3;

/** The emails that the development server has written, newest first. Undefined before the first answer. */
export function useOutbox(): readonly Email[] | undefined {
  const [emails, setEmails] = useState<readonly Email[]>();
  useEffect(() => {
    const controller = new AbortController();
    const read = async () => {
      const headers = { accept: "application/json" };
      const response = await fetch("/dev/outbox", {
        headers,
        signal: controller.signal,
      });
      if (response.ok) setEmails((await response.json()).emails);
    };
    // The server may be starting again; then the next time counts.
    const tryToRead = () => void read().catch(() => {});
    tryToRead();
    const timer = setInterval(tryToRead, SECONDS * 1000);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, []);
  return emails;
}

/** The ticket in the link of an invitation. */
export function findTicket({ text }: Email): string | undefined {
  return /\/invitations\/accept\?ticket=([^\s&]+)/.exec(text)?.[1];
}
