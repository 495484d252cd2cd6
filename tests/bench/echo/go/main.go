// Peer: the usual Go echo server, one goroutine a connection, on one processor.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

func serve(connection net.Conn) {
	defer connection.Close()
	data := make([]byte, 4096)
	for {
		size, err := connection.Read(data)
		if err != nil {
			return
		}
		if _, err := connection.Write(data[:size]); err != nil {
			return
		}
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go serve(connection)
	}
}
