import { type ReactNode, useState } from "react";
import { useElement } from "../appearance/context.tsx";
import { imageUrl } from "./urls.ts";

export interface AvatarProps {
  name: string;
  imageUrl?: string | null | undefined;
  /** Organizations are square, and people are round. */
  shape?: "square" | "circle";
  size?: "small" | "medium" | "large";
}

/** The picture of an organization or a person, or the first letter of the name without one. */
export function Avatar(props: AvatarProps): ReactNode {
  const element = useElement();
  const [broken, setBroken] = useState<string>();
  const url = imageUrl(props.imageUrl);
  const look = { "data-shape": props.shape ?? "square", "data-size": props.size ?? "medium" };
  if (url && url !== broken) {
    return <img {...element("avatar")} {...look} src={url} alt="" onError={() => setBroken(url)} />;
  }
  return (
    <span {...element("avatar")} {...look} data-initial={initial(props.name)} aria-hidden="true" />
  );
}

/** The first letter or digit, with the marks that belong to it. */
function initial(name: string): string {
  return /[\p{L}\p{N}]\p{M}*/u.exec(name)?.[0].toLocaleUpperCase("en") ?? "•";
}
