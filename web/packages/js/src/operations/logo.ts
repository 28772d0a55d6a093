import { makeError } from "../foundation/transport.ts";
import type { ImageType } from "../generated/resources.ts";

const TYPES: Readonly<Record<string, ImageType>> = {
  "image/png": "PNG",
  "image/jpeg": "JPEG",
  "image/webp": "WEBP",
  "image/gif": "GIF",
};
const MAXIMUM_BYTES = 150_000;

/** Encodes an image for `setOrganizationLogo`. The server checks it anew. */
export async function encodeLogo(
  file: Blob | null,
): Promise<{ readonly contentType: ImageType | null; readonly data: string | null }> {
  if (!file) return { contentType: null, data: null };
  const contentType = TYPES[file.type];
  if (!contentType) {
    const message = `A logo must be a PNG, JPEG, WebP, or GIF image, but the file is ${file.type || "of an unknown type"}.`;
    throw makeError(422, "form_param_format_invalid", message);
  }
  if (file.size > MAXIMUM_BYTES) {
    const message = `A logo can have ${MAXIMUM_BYTES / 1000} KB, but the file has ${Math.ceil(file.size / 1000)} KB. Choose a smaller image.`;
    throw makeError(422, "form_param_format_invalid", message);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return { contentType, data: btoa(text) };
}
