/**
 * The floor: bare sockets, prepared bytes, replies only counted. What a client on top of them can't be faster than.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeCommand } from '../../../dist/index.js';

/**
 * @param lanes one for each primary: where it is, and a command that it answers
 * @returns an object with `run(callers, isOver)`, which keeps so many commands under way and resolves to how many were answered
 */
export async function connectFloor(lanes, { password, valueBytes, isSet }) {
  const replyBytes = isSet ? '+OK\r\n'.length : `$${valueBytes}\r\n`.length + valueBytes + 2;
  const sockets = [];
  for (const { host, port } of lanes) {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    socket.write(encodeCommand(['AUTH', password]));
    await once(socket, 'data');
    sockets.push(socket);
  }
  return {
    close: () => sockets.map((socket) => socket.destroy()),
    async run(callers, isOver) {
      const used = callers < sockets.length ? sockets.slice(0, 1) : sockets;
      const window = Math.ceil(callers / used.length);
      const counts = await Promise.all(
        used.map((socket, i) => pump(socket, lanes[i].command, { window, replyBytes, isOver })),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

function pump(socket, command, { window, replyBytes, isOver }) {
  const bytes = encodeCommand(command);
  const prepared = Buffer.concat(Array.from({ length: window }, () => bytes));
  return new Promise((resolve) => {
    let received = 0;
    let answered = 0;
    let sent = window;
    const onData = (chunk) => {
      received += chunk.length;
      const done = Math.floor(received / replyBytes);
      const more = done - answered;
      answered = done;
      if (!isOver()) {
        if (more > 0) socket.write(prepared.subarray(0, more * bytes.length));
        sent += more;
      } else if (answered === sent) {
        socket.off('data', onData);
        resolve(answered);
      }
    };
    socket.on('data', onData);
    socket.write(prepared);
  });
}
