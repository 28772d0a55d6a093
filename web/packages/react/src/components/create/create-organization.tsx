import type { ReactNode } from "react";
import { CardFooter, CardHeader, CardSkeleton } from "../card.tsx";
import { type CommonProps, Root } from "../root.tsx";
import { useView, warnOnce } from "../state.ts";
import { type CreateFlowOptions, CreateOrganizationFlow } from "./flow.tsx";

export type CreateOrganizationProps = CommonProps & CreateFlowOptions;

/** A form that creates an organization, and then invites people to it. */
export function CreateOrganization(props: CreateOrganizationProps): ReactNode {
  const { afterCreateOrganizationUrl, skipInvitationScreen, hideSlug, ...rest } = props;
  const options = { afterCreateOrganizationUrl, skipInvitationScreen, hideSlug };
  const { isLoaded, user } = useView("<CreateOrganization>");
  if (isLoaded && !user) {
    warnOnce("<CreateOrganization> shows nothing because nobody is signed in.");
    return null;
  }
  return (
    <Root {...rest} element="card" skeleton={<CardSkeleton />}>
      <CreateOrganizationFlow
        {...options}
        frame={(title, screen) => (
          <>
            <CardHeader title={title} />
            {screen}
            <CardFooter />
          </>
        )}
      />
    </Root>
  );
}
