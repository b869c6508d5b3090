// Makes the npm packages, as tarballs: `node build.mjs OUT TARGET=BINARY…`. The package `switchback-sql` is always made; for
// each binary that is given, the package of its platform too.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const root = resolve(here, "../..");
const platforms = JSON.parse(readFileSync(join(here, "platforms.json"), "utf8"));
const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];

const common = {
  version,
  license: "MIT OR Apache-2.0",
  repository: { type: "git", url: "git+https://github.com/switchback-sql/switchback.git" },
  homepage: "https://github.com/switchback-sql/switchback#readme",
  publishConfig: { access: "public", provenance: true },
};

function pack(out, manifest, fill) {
  const folder = mkdtempSync(join(tmpdir(), "switchback-npm-"));
  try {
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const license of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, license), join(folder, license));
    fill(folder);
    execFileSync("npm", ["pack", "--silent", "--pack-destination", out], { cwd: folder, shell: process.platform === "win32" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [out, ...binaries] = process.argv.slice(2);
if (!out) throw new Error("usage: node build.mjs OUT TARGET=BINARY…");
mkdirSync(out, { recursive: true });

const names = Object.values(platforms).map(({ name }) => `@switchback-sql/cli-${name}`);
const manifest = {
  name: "switchback-sql",
  description: "A schema-change safety linter for SQL migrations (PostgreSQL)",
  keywords: ["sql", "migration", "postgresql", "linter", "schema"],
  ...common,
  bin: { switchback: "bin/switchback.js" },
  files: ["bin", "LICENSE-*"],
  engines: { node: ">=18" },
  optionalDependencies: Object.fromEntries(names.map((name) => [name, version])),
};
pack(resolve(out), manifest, (folder) => cpSync(join(here, "switchback-sql"), folder, { recursive: true }));

for (const binary of binaries) {
  const at = binary.indexOf("=");
  const platform = platforms[binary.slice(0, at)];
  if (at < 0 || !platform) throw new Error(`${binary} is not TARGET=BINARY, or of no platform in platforms.json`);
  const file = platform.os === "win32" ? "switchback.exe" : "switchback";
  const { name, os, cpu, libc } = platform;
  const manifest = {
    name: `@switchback-sql/cli-${name}`,
    description: `The program of switchback-sql for ${name}`,
    ...common,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    files: [file, "LICENSE-*"],
    preferUnplugged: true,
  };
  pack(resolve(out), manifest, (folder) => {
    copyFileSync(binary.slice(at + 1), join(folder, file));
    chmodSync(join(folder, file), 0o755);
  });
}
