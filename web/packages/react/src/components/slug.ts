import type { SlugAvailability } from "@tenantry/js";
import { useEffect, useState } from "react";
import { useView } from "./state.ts";

const WAIT_MS = 350;

/** What the server says about a slug, shortly after the last key. Null while there is nothing to say. */
export function useSlugAvailability(
  slug: string,
  organizationId?: string,
): SlugAvailability | null {
  const { tenantry } = useView("useSlugAvailability");
  const [answer, setAnswer] = useState<{ slug: string; availability: SlugAvailability }>();
  useEffect(() => {
    if (!slug) return;
    let isOver = false;
    const timer = setTimeout(async () => {
      const params = organizationId === undefined ? { slug } : { slug, organizationId };
      // Without an answer there is no word beside the field; saving asks again.
      const availability = await tenantry.getSlugAvailability(params).catch(() => null);
      if (!isOver && availability) setAnswer({ slug, availability });
    }, WAIT_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [tenantry, slug, organizationId]);
  return answer?.slug === slug ? answer.availability : null;
}

/** A slug that is made of a name: `Acme, Inc.` becomes `acme-inc`. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}
