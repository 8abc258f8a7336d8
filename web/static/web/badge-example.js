/** The example of enrichment.js: what a page of your own would do. */

import { getQueueStats, queueForEnrichment, subscribeToEnrichment } from "./enrichment.js";

const [subscribe, queue, stats, log] = ["subscribe", "queue", "stats", "log"].map((id) => document.getElementById(id));
const tell = (...words) => {
  log.append(`${words.join(" ")}\n`);
  log.scrollTop = log.scrollHeight;
};

if (subscribe) {
  const { sessionId } = subscribe.dataset;
  let unsubscribe = null;
  subscribe.addEventListener("click", () => {
    unsubscribe?.();
    unsubscribe = subscribeToEnrichment(sessionId, ({ type, data }) => tell(type, JSON.stringify(data).slice(0, 90)));
  });
  const answer = async (asked) => tell(JSON.stringify(await asked.catch((error) => error.problem)));
  queue.addEventListener("click", () => answer(queueForEnrichment(sessionId, 1)));
  stats.addEventListener("click", () => answer(getQueueStats()));
}
