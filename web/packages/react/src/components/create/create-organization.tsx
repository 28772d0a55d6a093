import type { FunctionComponent, ReactNode } from "react";
import { CardFooter, CardHeader, CardSkeleton } from "../card.tsx";
import { type CommonProps, Root } from "../root.tsx";
import type { Routing } from "../routing.ts";
import { useView, warnOnce } from "../state.ts";
import { type RootRef, withRef } from "../with-ref.ts";
import { type CreateFlowOptions, CreateOrganizationFlow } from "./flow.tsx";

export type CreateOrganizationProps = CommonProps & CreateFlowOptions & Routing;

/** A form that creates an organization, and then invites people to it. */
export const CreateOrganization: FunctionComponent<CreateOrganizationProps> = withRef(
  function CreateOrganization(props: CreateOrganizationProps & RootRef): ReactNode {
    const { afterCreateOrganizationUrl, skipInvitationScreen, hideSlug, ...others } = props;
    const { routing = "hash", path, ...common } = others;
    const { isLoaded, user } = useView("<CreateOrganization>");
    if (isLoaded && !user) {
      warnOnce("<CreateOrganization> shows nothing because nobody is signed in.");
      return null;
    }
    return (
      <Root {...common} element="card" skeleton={<CardSkeleton />}>
        <CreateOrganizationFlow
          {...{ afterCreateOrganizationUrl, skipInvitationScreen, hideSlug, routing, path }}
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
  },
);
