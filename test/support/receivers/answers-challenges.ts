/** A receiver that wants to be sent events. */
import type { Behaviour } from "./behaviours.ts";

/** Answers challenges as the guide says, and takes everything else. */
export const answersChallenges: Behaviour = ({ body, response }) => {
  const { type, data } = JSON.parse(body.toString());
  if (type === "webhook_endpoint.challenge") response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ challenge: data.challenge }));
  else response.writeHead(204).end();
};
