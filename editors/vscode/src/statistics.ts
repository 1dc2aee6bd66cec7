// Shows the statistics of the cache as a page.

import { byteText, cacheState, field } from "./state";

/** Formats `cache stats --json` as Markdown. Values that this extension doesn't know appear in the JSON at the end. */
export function statisticsPage(statistics: unknown): string {
  const cache = cacheState(statistics);
  const lines = ["# Cache statistics", ""];
  if (cache.fault !== undefined) {
    lines.push(`**The cache can't be used:** ${cache.fault}`, "");
  }
  const rows = [
    ["File", textOf(field(statistics, "path"))],
    ["Entries", cache.entries?.toString()],
    ["On disk", sizeText(cache.bytes)],
    ["Limit", sizeText(field(statistics, "limit_bytes"))],
  ];
  lines.push("| | |", "| --- | --- |");
  for (const [name, value] of rows) {
    if (value !== undefined) {
      lines.push(`| ${name} | ${value} |`);
    }
  }
  lines.push("", ...tierLines(field(statistics, "tiers")));
  lines.push("", "```json", JSON.stringify(statistics, undefined, 2), "```", "");
  return lines.join("\n");
}

function tierLines(tiers: unknown): string[] {
  if (typeof tiers !== "object" || tiers === null) {
    return [];
  }
  const rows = Object.entries(tiers).map(([name, tier]) => {
    const [hits, misses] = [field(tier, "hits"), field(tier, "misses")];
    return `| ${name} | ${textOf(hits)} | ${textOf(misses)} | ${rate(hits, misses)} | ${textOf(field(tier, "written"))} |`;
  });
  return ["| Tier | Hits | Misses | Hit rate | Written |", "| --- | ---: | ---: | ---: | ---: |", ...rows];
}

function rate(hits: unknown, misses: unknown): string {
  if (typeof hits !== "number" || typeof misses !== "number" || hits + misses === 0) {
    return "";
  }
  return `${Math.round((100 * hits) / (hits + misses))} %`;
}

function sizeText(bytes: unknown): string | undefined {
  return typeof bytes === "number" ? byteText(bytes) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? `\`${value}\`` : typeof value === "number" ? value.toString() : "";
}
