const SIZE = 512;
const LARGEST_FILE = 20 * 1024 * 1024;
/** The server takes no larger one. */
const LARGEST_RESULT = 150 * 1024;
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

export type LogoRefusal = "logoRefused" | "logoTooLarge";

/** A refusal of a picture before anything is sent. */
export class LogoError extends Error {
  readonly reason: LogoRefusal;

  constructor(reason: LogoRefusal) {
    super(reason);
    this.reason = reason;
  }
}

/** Scales a picture to at most 512 pixels, in as few bytes as the server takes. */
export async function scaleLogo(file: File): Promise<Blob> {
  if (!TYPES.includes(file.type)) throw new LogoError("logoRefused");
  if (file.size > LARGEST_FILE) throw new LogoError("logoTooLarge");
  const picture = await createImageBitmap(file).catch(() => {
    throw new LogoError("logoRefused");
  });
  const scale = Math.min(1, SIZE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  // Browsers that can't write WebP answer with a PNG, which is too large for a photograph.
  for (const type of ["image/webp", "image/jpeg"]) {
    for (const quality of [0.9, 0.75, 0.5, 0.3]) {
      const blob = await encode(canvas, type, quality);
      if (blob && blob.size <= LARGEST_RESULT) return blob;
    }
  }
  throw new LogoError("logoTooLarge");
}

function encode(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
