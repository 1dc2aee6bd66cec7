// Determines from its header which systems a program was built for.

const ELF_MACHINES = { 0x3e: "x64", 0xb7: "arm64", 0x28: "armhf" };
const MACH_MACHINES = { 0x01000007: "x64", 0x0100000c: "arm64" };
const PE_MACHINES = { 0x8664: "x64", 0xaa64: "arm64" };

/** The VS Code targets that a program fits, such as `linux-x64`; empty if it isn't a program or is for other systems. */
export function targetsOf(bytes) {
  if (bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46) {
    return elfTargets(bytes);
  }
  if (bytes.length >= 8 && bytes.readUInt32LE(0) === 0xfeedfacf) {
    return named("darwin", MACH_MACHINES[bytes.readUInt32LE(4)]);
  }
  if (bytes.length >= 8 && bytes.readUInt32BE(0) === 0xcafebabe) {
    return fatTargets(bytes);
  }
  if (bytes.length >= 64 && bytes.toString("latin1", 0, 2) === "MZ") {
    return peTargets(bytes);
  }
  return [];
}

/** The interpreter indicates the C library; a program without an interpreter runs with either. */
function elfTargets(bytes) {
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const machine = ELF_MACHINES[bytes.readUInt16LE(18)];
  const systems = { 0: true, 3: true }; // System V and GNU/Linux
  if (!isLittle || machine === undefined || is64 !== (machine !== "armhf") || !(bytes[7] in systems)) {
    return [];
  }
  const interpreter = elfInterpreter(bytes, is64);
  const isMusl = interpreter?.includes("musl") ?? false;
  const [glibc, musl] = [[`linux-${machine}`], machine === "armhf" ? [] : [`alpine-${machine}`]];
  if (interpreter === undefined) {
    return [...glibc, ...musl];
  }
  return isMusl ? musl : glibc;
}

function elfInterpreter(bytes, is64) {
  const INTERPRETER = 3;
  const start = is64 ? Number(bytes.readBigUInt64LE(32)) : bytes.readUInt32LE(28);
  const size = bytes.readUInt16LE(is64 ? 54 : 42);
  const count = bytes.readUInt16LE(is64 ? 56 : 44);
  for (let entry = start, number = 0; number < count && entry + size <= bytes.length; number += 1, entry += size) {
    if (bytes.readUInt32LE(entry) === INTERPRETER) {
      const offset = is64 ? Number(bytes.readBigUInt64LE(entry + 8)) : bytes.readUInt32LE(entry + 4);
      const length = is64 ? Number(bytes.readBigUInt64LE(entry + 32)) : bytes.readUInt32LE(entry + 16);
      return bytes.toString("latin1", offset, offset + length).replace(/\0.*$/s, "");
    }
  }
  return undefined;
}

function fatTargets(bytes) {
  const targets = [];
  const count = bytes.readUInt32BE(4);
  // Java class files share the magic number, but no fat binary has as many parts as their version numbers.
  for (let part = 0; part < count && count < 20 && 8 + part * 20 + 4 <= bytes.length; part += 1) {
    targets.push(...named("darwin", MACH_MACHINES[bytes.readUInt32BE(8 + part * 20)]));
  }
  return targets;
}

function peTargets(bytes) {
  const start = bytes.readUInt32LE(60);
  if (start + 6 > bytes.length || bytes.toString("latin1", start, start + 4) !== "PE\0\0") {
    return [];
  }
  return named("win32", PE_MACHINES[bytes.readUInt16LE(start + 4)]);
}

function named(system, machine) {
  return machine === undefined ? [] : [`${system}-${machine}`];
}
