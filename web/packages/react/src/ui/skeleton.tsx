import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";

/** A placeholder of the size of what is loading. */
export function Skeleton(props: { width?: string; height?: string; shape?: "circle" }): ReactNode {
  const { style, ...element } = useElement()("skeleton");
  const size = { inlineSize: props.width, blockSize: props.height };
  return (
    <span {...element} style={{ ...size, ...style }} data-shape={props.shape} aria-hidden="true" />
  );
}

/** A placeholder of rows with a picture and two lines. */
export function RowsSkeleton({ count = 3, label }: { count?: number; label: string }): ReactNode {
  const element = useElement();
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} {...element("row")}>
          <Skeleton width="2rem" height="2rem" />
          <span {...element("rowText")}>
            <Skeleton width="60%" />
            <Skeleton width="40%" height="0.75em" />
          </span>
        </div>
      ))}
    </div>
  );
}
