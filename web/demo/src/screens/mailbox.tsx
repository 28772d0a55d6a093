import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import invitationSource from "../examples/InvitationPage.tsx?raw";
import { type Email, findTicket, useOutbox } from "../examples/outbox.ts";
import outboxSource from "../examples/outbox.ts?raw";
import { Screen } from "../layout/screen.tsx";
import { PEOPLE } from "../people.ts";
import { usePerson } from "../person.tsx";

const FILES = [
  { name: "InvitationPage.tsx", source: invitationSource },
  { name: "outbox.ts", source: outboxSource },
];

export function MailboxScreen(): ReactNode {
  const emails = useOutbox();
  const [openId, setOpenId] = useState<string>();
  const open = emails?.find(({ id }) => id === openId) ?? emails?.[0];
  return (
    <Screen
      path="/mailbox"
      lead="A development server sends no email. It keeps each one, so that you can be sender and recipient."
      steps={[
        "Invite somebody in the custom flow or with the prebuilt components. The email arrives here.",
        "Answer it as the invited person: the page signs you in as them, and shows the invitation.",
        "Open the link in the email, as recipients do. Opening it changes nothing until they accept.",
      ]}
      files={FILES}
    >
      {emails === undefined && <p className="quiet">Loading …</p>}
      {emails?.length === 0 && (
        <p className="quiet">There is no email yet. Invite somebody, and it appears here.</p>
      )}
      {open && (
        <div className="mailbox">
          <ul aria-label="Emails">
            {emails?.map((email) => (
              <li key={email.id}>
                <button
                  type="button"
                  aria-current={email.id === open.id}
                  onClick={() => setOpenId(email.id)}
                >
                  <strong>{email.subject}</strong>
                  <small>To {email.to}</small>
                </button>
              </li>
            ))}
          </ul>
          <Message email={open} />
        </div>
      )}
    </Screen>
  );
}

function Message({ email }: { email: Email }): ReactNode {
  const ticket = findTicket(email);
  const { choose } = usePerson();
  const [, navigate] = useLocation();
  const name = PEOPLE.find((person) => person.email === email.to)?.name ?? email.to;
  const answer = () => {
    choose(email.to);
    navigate(`/invitation?ticket=${ticket}`);
  };
  return (
    <article className="message" aria-label={email.subject}>
      <header>
        <h2>{email.subject}</h2>
        <small>
          From {email.sender} to {email.to}
        </small>
      </header>
      <p className="message-text">{linkUrls(email.text)}</p>
      {ticket && (
        <button type="button" className="primary" onClick={answer}>
          Answer as {name}
        </button>
      )}
    </article>
  );
}

/** Opens links in a tab of their own, as mail programs do. */
function linkUrls(text: string): ReactNode[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
