#!/usr/bin/env node
// Starts the program that the package of this platform brought, and ends as it ends.

"use strict";

const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { optionalDependencies } = require("../package.json");

/** The exit code of a check that could not be made. */
const FAILED = 2;

/** Whether the C library is musl, as on Alpine. */
function isMusl() {
  if (process.platform !== "linux") return false;
  try {
    // A shell script with either library, which names it.
    const ldd = readFileSync("/usr/bin/ldd", "latin1");
    if (ldd.includes("musl")) return true;
    if (/glibc|GNU C Library/i.test(ldd)) return false;
  } catch {
    // There is none.
  }
  const { header } = process.report?.getReport() ?? {};
  return header !== undefined && !header.glibcVersionRuntime;
}

/** The path of the program, or why there is none. */
function find() {
  if (process.env.SWITCHBACK_BINARY) return { path: process.env.SWITCHBACK_BINARY };
  const name = `@switchback-sql/cli-${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;
  if (!(name in optionalDependencies)) {
    const reason = `there is no prebuilt program for ${process.platform} on ${process.arch}`;
    return { reason, help: "build it with `cargo install switchback`, and name it in SWITCHBACK_BINARY" };
  }
  try {
    return { path: require.resolve(`${name}/switchback${process.platform === "win32" ? ".exe" : ""}`) };
  } catch {
    const help =
      "it is an optional dependency: install again without `--omit=optional`, and on this platform if " +
      "node_modules or the lock file came from another one";
    return { reason: `the package ${name} is not installed`, help };
  }
}

function fail(reason, help) {
  console.error(`error: ${reason}\n  help: ${help}`);
  process.exitCode = FAILED;
}

function run(path) {
  const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const pass = (signal) => child.kill(signal);
  signals.forEach((signal) => process.on(signal, pass));
  child.on("error", (error) => fail(`${path} cannot be run: ${error.message}`, "install the package again"));
  child.on("exit", (code, signal) => {
    signals.forEach((name) => process.off(name, pass));
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

const { path, reason, help } = find();
if (path) run(path);
else fail(reason, help);
