/** The response headers that keep a docs page to itself: content security policy and its companions. */

const everyPage = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "x-frame-options": "DENY",
} as const;

/**
 * Headers of a page. Scripts and styles come from this origin only and nothing may be sent to another one, so a key
 * pasted into the API reference cannot leave. `styleNonce` admits the `<style>` elements that the reference's bundle
 * makes while it runs (CSP Level 3, section 6.7.2.3); no page needs 'unsafe-inline'.
 */
export function securityHeaders(styleNonce?: string): Record<string, string> {
  const styles = styleNonce === undefined ? "'self'" : `'self' 'nonce-${styleNonce}'`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { ...everyPage, "content-security-policy": policy.join("; ") };
}

/** 128 random bits for one response, base64. */
export function newNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}
