/** URLs that keys are fetched from. */

/** What is wrong with it, as the end of a sentence. Which addresses it may lead to is looked at when it is fetched. */
export function httpsUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text) || text.length > 500 || text.trim() !== text) return "is no URL.";
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== "https:") return "has to begin with https://.";
  if (username !== "" || password !== "") return "has to be without a user and a password.";
  return hash === "" ? undefined : "has to be without a fragment.";
}
