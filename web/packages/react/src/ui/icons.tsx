import type { ReactNode } from "react";
import { useElement } from "../appearance/context.tsx";

/** A drawing of 16 by 16 units. Each is an export of its own, so that a page loads those that it shows. */
export interface Shape {
  readonly name: string;
  readonly path: string;
}

export const selector: Shape = { name: "selector", path: "M5 6.5 8 3.5l3 3M5 9.5l3 3 3-3" };
export const check: Shape = { name: "check", path: "m3.5 8.5 3 3 6-7" };
export const plus: Shape = { name: "plus", path: "M8 3.5v9M3.5 8h9" };
export const close: Shape = { name: "close", path: "m4 4 8 8M12 4l-8 8" };
export const settings: Shape = {
  name: "settings",
  path: "M2.5 5h6m3 0h2m-11 6h2m3 0h6M8.5 5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0Zm-4 6a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0Z",
};
export const person: Shape = {
  name: "person",
  path: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-5 5.5c.5-2.3 2.4-3.5 5-3.5s4.5 1.2 5 3.5",
};
export const members: Shape = {
  name: "members",
  path: "M6 8a2.25 2.25 0 1 0 0-4.500A2.25 2.25 0 0 0 6 8Zm-4 4.500C2.3 10.8 3.9 10 6 10s3.7.800 4 2.500M10.5 3.700a2.25 2.25 0 0 1 0 4.100M12 10.300c1.2.400 1.9 1.1 2 2.2",
};
export const building: Shape = {
  name: "building",
  path: "M3.5 13.500v-10a1 1 0 0 1 1-1h5a1 1 0 0 1 1 1v10m-8.5 0h12m-3.5-7h1a1 1 0 0 1 1 1v6M6 5.500h2M6 8h2m-2 2.500h2",
};
export const domain: Shape = {
  name: "domain",
  path: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2.2 8h11.600M8 2c1.7 1.7 2.5 3.7 2.5 6S9.7 12.3 8 14c-1.7-1.7-2.5-3.7-2.5-6S6.3 3.7 8 2Z",
};
export const activity: Shape = { name: "activity", path: "M1.5 8.500h3l2-5.5 3 10 2-4.500h3" };
export const key: Shape = {
  name: "key",
  path: "M8 5.5a2.750 2.750 0 1 0-5.500 0 2.750 2.750 0 0 0 5.500 0ZM7.2 7.500l6.300 6M10.500 10.700 12 9.200M12.300 12.300l1.200-1.200",
};
export const card: Shape = {
  name: "card",
  path: "M2.5 4.500a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-7ZM2.5 6.500h11M5 10h2",
};
export const warning: Shape = {
  name: "warning",
  path: "M8 2.5 14 13H2L8 2.500ZM8 6.500v3M8 11.500v.01",
};
export const copy: Shape = {
  name: "copy",
  path: "M5.5 5.500v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2m-7-5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z",
};
export const page: Shape = {
  name: "page",
  path: "M4 2.500h5l3 3v8H4v-11ZM9 2.500v3h3M6 8.500h4M6 11h4",
};

/** A decorative drawing; the text beside it says what it means. */
export function Icon({ shape }: { shape: Shape }): ReactNode {
  const element = useElement();
  return (
    <svg {...element("icon")} data-name={shape.name} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shape.path} />
    </svg>
  );
}
