import { limits } from "../../shared/kernel/limits.ts";

/**
 * A photo as it leaves the device: no larger than needed, and without where it was taken, which cameras write beside the
 * picture (FILE-8). Drawing it anew keeps the picture alone. Null: it can't be read as one.
 */
export async function plainPhoto(photo: Blob): Promise<Blob | null> {
  try {
    const picture = await createImageBitmap(photo);
    const scale = Math.min(1, limits.photoEdgeMax / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(picture.width * scale)),
      Math.max(1, Math.round(picture.height * scale)),
    );
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.86 });
  } catch {
    return null;
  }
}
