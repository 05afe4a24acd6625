/** The path below which we were found, without a slash at its end: '' at the root of a host. The server writes it into the document. */
export const BASE_PATH = new URL(document.baseURI).pathname.replace(/\/+$/, '')
