import { type FunctionComponent, forwardRef, type ReactNode, type Ref } from "react";

/** The ref of the root element on its way there. React 18 doesn't pass on a prop with the name `ref`. */
export interface RootRef {
  rootRef?: Ref<HTMLDivElement> | undefined;
}

type Forward = <Props>(
  render: (props: Props, ref: Ref<HTMLDivElement>) => ReactNode,
) => FunctionComponent<Props>;

/** Makes the ref of a component that of its root element. */
export function withRef<Props extends object>(
  component: (props: Props & RootRef) => ReactNode,
): FunctionComponent<Props> {
  // In the types of React, the ref is no prop of such a component.
  const forward = forwardRef as unknown as Forward;
  const passing = forward<Props>((props, rootRef) => component({ ...props, rootRef }));
  passing.displayName = component.name;
  return passing;
}
