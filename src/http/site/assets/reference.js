/* Starts the API reference: reads its settings from the page and makes the bundle fit a policy without inline styles. */
const settings = JSON.parse(document.getElementById("reference-settings").textContent);
const nonce = document.querySelector("meta[property=csp-nonce]").content;

// The bundle and its editor make <style> elements at run time, most of them without a nonce of their own.
const createElement = Document.prototype.createElement;
Document.prototype.createElement = function (name, options) {
  const element = createElement.call(this, name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};

// Style attributes are refused by the policy; the same declarations through the object model are not.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style" && "style" in this) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
const innerHTML = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
Object.defineProperty(Element.prototype, "innerHTML", {
  ...innerHTML,
  set(markup) {
    innerHTML.set.call(this, String(markup ?? "").replace(/(<[a-z][^<>]*?) style="/gi, '$1 data-style="'));
    for (const element of (this.content ?? this).querySelectorAll("[data-style]")) element.style.cssText = element.dataset.style;
  },
});

// The bundle's schema library compiles code unless it is told that it may not.
globalThis.__zod_globalConfig = { jitless: true };

// A key that every reader of these pages used would be one key: each visit has its own, so that a second press of
// "Send" is a repetition, and whoever comes next begins anew. On plain http away from localhost there is no randomUUID.
const ownKey = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
async function fetchWithOwnKey(input, init) {
  const response = await fetch(input, init);
  const { pathname } = new URL(typeof input === "string" ? input : (input.url ?? input), location.href);
  if (!response.ok || !pathname.startsWith("/openapi/")) return response;
  const text = (await response.text()).replaceAll(settings.exampleKey, ownKey);
  return new Response(text, { status: response.status, headers: { "content-type": "application/json" } });
}

const bundle = document.createElement("script");
bundle.src = settings.scalar;
bundle.addEventListener("load", () => {
  document.getElementById("reference").replaceChildren();
  globalThis.Scalar.createApiReference("#reference", {
    ...settings.configuration,
    customFetch: fetchWithOwnKey,
    // Requests go to the origin of this page, whatever public name the documents carry: the policy allows no other.
    servers: [{ url: location.origin }],
  });
});
bundle.addEventListener("error", () => {
  document.querySelector("#reference .loading").textContent = "The reference could not be loaded. Reload the page to try again.";
});
document.head.append(bundle);
