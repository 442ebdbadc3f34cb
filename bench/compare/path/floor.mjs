/**
 * The floor: bare sockets, prepared bytes, one read buffer that is used again, replies only counted, by their bytes. What a
 * client on top of them can't be faster than.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeCommand } from '../../../dist/index.js';

const READ_BYTES = 64 * 1024;

/**
 * @param lanes one for each primary: where it is, and a command that it answers
 * @param options `password`, and `replyBytes`: the length of every reply to these commands
 * @returns an object with `run({ callers, batch }, isOver)`, which keeps so many commands under way until it is over and resolves
 * to how many were answered; `pingPong(isOver, answered)`, one at a time; `close()`
 */
export async function connectFloor(lanes, { password, replyBytes }) {
  const sockets = [];
  for (const lane of lanes) sockets.push(await connectLane(lane, { password, replyBytes }));
  return {
    close: () => sockets.map((socket) => socket.close()),
    pingPong: (isOver, answered) => sockets[0].pingPong(isOver, answered),
    async run({ callers, batch }, isOver) {
      const used = callers < sockets.length ? sockets.slice(0, 1) : sockets;
      const window = Math.ceil(callers / used.length) * batch;
      const counts = await Promise.all(used.map((socket) => socket.pump({ window, batch }, isOver)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function connectLane({ host, port, command }, { password, replyBytes }) {
  const bytes = encodeCommand(command);
  // Who wants to know how many bytes came.
  let receive = () => undefined;
  const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: (length) => receive(length) };
  const socket = connect({ host, port, noDelay: true, onread });
  await once(socket, 'connect');
  await new Promise((resolve) => {
    receive = resolve;
    socket.write(encodeCommand(['AUTH', password]));
  });
  return {
    close: () => socket.destroy(),
    pingPong: (isOver, answered) =>
      new Promise((resolve) => {
        let received = 0;
        let count = 0;
        receive = (length) => {
          received += length;
          if (received < replyBytes) return;
          received = 0;
          count++;
          answered();
          if (isOver()) resolve(count);
          else socket.write(bytes);
        };
        socket.write(bytes);
      }),
    pump: ({ window, batch }, isOver) => {
      const prepared = Buffer.concat(Array.from({ length: window }, () => bytes));
      const oneBatch = prepared.subarray(0, batch * bytes.length);
      return new Promise((resolve) => {
        let received = 0;
        let sent = window;
        receive = (length) => {
          received += length;
          const answered = Math.floor(received / replyBytes);
          const due = answered + window - sent;
          if (isOver()) {
            if (answered === sent) resolve(answered);
            return;
          }
          // Single commands that are due at once leave together; a batch is a write of its own.
          if (batch === 1 && due > 0) socket.write(prepared.subarray(0, due * bytes.length));
          else for (let left = due; left >= batch; left -= batch) socket.write(oneBatch);
          sent += due - (due % batch);
        };
        socket.write(prepared);
      });
    },
  };
}
