// The gateway as a program of its own, for tests of its clients.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../artifacts/bin/llmbridge-serve", import.meta.url));

// Starts one with settings, each NAME=VALUE, and gives its address, key and model, and what ends it.
export async function startGateway(...settings) {
  const sessions = mkdtempSync(join(tmpdir(), "llmbridge-clients-"));
  const given = [...settings, `session_dir=${sessions}`].flatMap((setting) => ["--set", setting]);
  const gateway = spawn(program, ["--port", "0", "--until-input-ends", ...given], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => gateway.on("exit", resolve));
  const said = {};
  for await (const line of createInterface({ input: gateway.stdout })) {
    const serves = /^llmbridge serves (.*) at (.*)$/.exec(line);
    if (serves) [said.model, said.url] = serves.slice(1);
    if (line.startsWith("key: ")) {
      said.key = line.slice("key: ".length);
      break;
    }
  }
  if (said.key === undefined) throw new Error(`the gateway did not start: ${await ended}`);
  return {
    ...said,
    async stop() {
      gateway.stdin.end();
      const status = await ended;
      rmSync(sessions, { recursive: true });
      if (status !== 0) throw new Error(`the gateway ended with ${status}`);
    },
  };
}
