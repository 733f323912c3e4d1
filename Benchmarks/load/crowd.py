"""Clients that do no good: `crowd.py PORT COUNT` opens so many connections; a third stay silent, a third drip a head, a third
send garbage and come back. Ends with its standard input."""
import resource
import socket
import sys
import threading
import time

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
port, count = int(sys.argv[1]), int(sys.argv[2])


def join():
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setblocking(False)
    return connection


def drive():
    connections = []
    while True:
        for _ in range(200):
            if len(connections) < count:
                try:
                    connections.append(join())
                except OSError:
                    time.sleep(0.05)
        kept = []
        for index, connection in enumerate(connections):
            try:
                if index % 3 == 1:
                    connection.send(b"P")
                elif index % 3 == 2:
                    connection.send(b"\x00garbage\r\n\r\n")
                if connection.recv(100) == b"":
                    connection.close()
                    continue
            except BlockingIOError:
                pass
            except OSError:
                connection.close()
                continue
            kept.append(connection)
        connections = kept
        print(len(connections), flush=True)
        time.sleep(0.5)


threading.Thread(target=drive, daemon=True).start()
sys.stdin.read()
