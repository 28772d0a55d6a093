import { type FunctionComponent, type ReactNode, useRef, useState } from "react";
import { useLocale } from "../../localization.tsx";
import { Note } from "../../ui/alert.tsx";
import { CardFooter, CardHeader, CardSkeleton } from "../card.tsx";
import { type CreateFlowOptions, CreateOrganizationFlow } from "../create/flow.tsx";
import { type CommonProps, Root } from "../root.tsx";
import type { SwitchOptions } from "../rows/use-switch.ts";
import { useView, warnOnce } from "../state.ts";
import { type RootRef, withRef } from "../with-ref.ts";
import { Chooser, useHasChoice } from "./chooser.tsx";

export interface OrganizationListOptions
  extends CreateFlowOptions,
    Pick<SwitchOptions, "afterSelectOrganizationUrl" | "afterSelectPersonalUrl"> {
  /** Leaves out the personal account. It is always left out where the instance requires an organization. */
  hidePersonal?: boolean | undefined;
}

export type OrganizationListProps = CommonProps & OrganizationListOptions;

/** The organizations of the user on a card, or the form that creates one where there is nothing to choose. */
export const OrganizationList: FunctionComponent<OrganizationListProps> = withRef(
  function OrganizationList(props: OrganizationListProps & RootRef): ReactNode {
    const { hidePersonal, hideSlug, skipInvitationScreen, ...rest } = props;
    const {
      afterCreateOrganizationUrl,
      afterSelectOrganizationUrl,
      afterSelectPersonalUrl,
      ...common
    } = rest;
    const { isLoaded, user } = useView("<OrganizationList>");
    if (isLoaded && !user) {
      warnOnce("<OrganizationList> shows nothing because nobody is signed in.");
      return null;
    }
    return (
      <Root {...common} element="card" skeleton={<CardSkeleton />}>
        <ListCard
          hidePersonal={hidePersonal}
          hideSlug={hideSlug}
          skipInvitationScreen={skipInvitationScreen}
          afterCreateOrganizationUrl={afterCreateOrganizationUrl}
          afterSelectOrganizationUrl={afterSelectOrganizationUrl}
          afterSelectPersonalUrl={afterSelectPersonalUrl}
        />
      </Root>
    );
  },
);

function ListCard(options: OrganizationListOptions): ReactNode {
  const { text, format } = useLocale();
  const { isLoaded, user, instance } = useView("<OrganizationList>");
  const hasChoice = useHasChoice();
  const [isCreating, setCreating] = useState<boolean>();
  // The form that stands in for an empty list stays until it is done, though the list fills meanwhile.
  const standsIn = useRef(false);
  const hasPersonal = !options.hidePersonal && instance?.membershipMode === "optional";
  if (!isLoaded || hasChoice === null) return <CardSkeleton />;
  const subtitle =
    instance?.name && format(text.organizationList.subtitle, { application: instance.name });
  const mayCreate = user?.createOrganizationEnabled === true;
  standsIn.current ||= !hasChoice && !hasPersonal && mayCreate;
  const close = (): void => setCreating(false);
  if (isCreating ?? standsIn.current) {
    return (
      <CreateOrganizationFlow
        {...options}
        frame={(title, screen) => (
          <>
            <CardHeader title={title} subtitle={subtitle} />
            {screen}
            <CardFooter />
          </>
        )}
        onDone={close}
        onCancel={hasChoice || hasPersonal ? close : undefined}
      />
    );
  }
  return (
    <>
      <CardHeader title={text.organizationList.title} subtitle={subtitle} />
      {!hasChoice && !hasPersonal && !mayCreate && <Note>{text.organizationSwitcher.empty}</Note>}
      <Chooser {...options} onCreate={() => setCreating(true)} />
      <CardFooter />
    </>
  );
}
