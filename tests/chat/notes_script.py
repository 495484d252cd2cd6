"""The chat of the notes: two threads, one receives and prints, one asks and sends. Its port is an argument here."""
import socket
import sys
import threading


def recv_msg(udp_socket):
    while True:
        recv_data = udp_socket.recvfrom(1024)
        print(recv_data, flush=True)


def send_msg(udp_socket, dest_ip, dest_port):
    while True:
        send_data = input("data: ")
        udp_socket.sendto(send_data.encode("utf-8"), (dest_ip, dest_port))


def main():
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp_socket.bind(("127.0.0.1", int(sys.argv[1])))
    print("port", udp_socket.getsockname()[1], flush=True)
    dest_ip = input("ip: ")
    dest_port = int(input("port: "))
    t_recv = threading.Thread(target=recv_msg, args=(udp_socket,))
    t_send = threading.Thread(target=send_msg, args=(udp_socket, dest_ip, dest_port))
    t_recv.start()
    t_send.start()


if __name__ == "__main__":
    main()
