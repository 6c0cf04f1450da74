import { Mark } from "@tiptap/core";

/** Checked where it is shown, because values in a shared document are free on the wire. */
export const isSafeLink = (url: unknown): url is string =>
  typeof url === "string" && /^(https?:\/\/|mailto:|tel:)/i.test(url.trim());

/** A link. Values other than the address are kept as they are and never reach the page. */
export const Link = Mark.create({
  name: "link",
  inclusive: false,
  addAttributes: () => ({
    href: { default: null },
    target: { default: null, rendered: false },
    rel: { default: null, rendered: false },
    class: { default: null, rendered: false },
    title: { default: null, rendered: false },
  }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => (isSafeLink(element.getAttribute("href")) ? null : false) },
  ],
  renderHTML: ({ mark }) =>
    isSafeLink(mark.attrs["href"])
      ? ["a", { href: mark.attrs["href"], rel: "noopener noreferrer nofollow", target: "_blank" }, 0]
      : ["span", 0],
});
