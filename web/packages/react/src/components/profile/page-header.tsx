import type { ReactNode } from "react";
import { useElement } from "../../appearance/context.tsx";

export function PageHeader({
  title,
  children,
}: {
  title: string;
  children?: ReactNode;
}): ReactNode {
  const element = useElement();
  return (
    <div {...element("pageHeader")}>
      <h2 {...element("pageTitle")}>{title}</h2>
      {children}
    </div>
  );
}
