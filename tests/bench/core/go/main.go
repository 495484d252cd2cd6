// The core benchmarks with goroutines on one processor. Prints one JSON object a case: nanoseconds of processor time per operation.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const sleepers = 500_000

func cpu() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func resident() float64 {
	var total, pages float64
	file, err := os.Open("/proc/self/statm")
	if err != nil {
		return 0
	}
	defer file.Close()
	fmt.Fscan(file, &total, &pages)
	return pages * float64(os.Getpagesize())
}

func report(name string, seconds float64, operations int) {
	fmt.Printf("{\"name\": %q, \"ns\": %g}\n", name, seconds/float64(operations)*1e9)
}

func passItems(name string, room int) {
	items, done := make(chan int, room), make(chan int)
	start := cpu()
	go func() {
		for i := 0; i < 1_000_000; i++ {
			items <- i
		}
		close(items)
	}()
	go func() {
		sum := 0
		for i := range items {
			sum += i
		}
		done <- sum
	}()
	<-done
	report(name, cpu()-start, 1_000_000)
}

func playEvents() {
	ping, pong, done := make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{})
	play := func(theirs, mine chan struct{}) {
		for i := 0; i < 500_000; i++ {
			<-mine
			theirs <- struct{}{}
		}
		done <- struct{}{}
	}
	start := cpu()
	ping <- struct{}{}
	go play(pong, ping)
	go play(ping, pong)
	<-done
	<-done
	report("event_wake", cpu()-start, 1_000_000)
}

func passMutex() {
	token, done := make(chan struct{}, 1), make(chan struct{})
	lock := func() {
		for i := 0; i < 500_000; i++ {
			<-token
			token <- struct{}{}
		}
		done <- struct{}{}
	}
	start := cpu()
	go lock()
	go lock()
	runtime.Gosched()
	token <- struct{}{}
	<-done
	<-done
	report("mutex_hand_over", cpu()-start, 1_000_000)
}

func main() {
	runtime.GOMAXPROCS(1)
	passItems("queue_hand_over", 1)
	passItems("channel_hand_over", 0)
	playEvents()
	passMutex()
	var group sync.WaitGroup

	start := cpu()
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for turn := 0; turn < 10_000; turn++ {
				runtime.Gosched()
			}
		}()
	}
	group.Wait()
	report("yield_100_tasks", cpu()-start, 1_000_000)

	start = cpu()
	for i := 0; i < 200_000; i++ {
		done := make(chan struct{})
		go func() { close(done) }()
		<-done
	}
	report("spawn_join", cpu()-start, 200_000)

	delays := make([]time.Duration, sleepers)
	for i := range delays {
		delays[i] = 3*time.Second + time.Duration(rand.Int63n(1_000_000_000))
	}
	runtime.GC()
	before, used := resident(), cpu()
	for _, delay := range delays {
		group.Add(1)
		go func(delay time.Duration) {
			defer group.Done()
			time.Sleep(delay)
		}(delay)
	}
	runtime.Gosched()
	asleep := resident() - before
	group.Wait()
	fmt.Printf("{\"name\": \"sleep_million\", \"ns\": %g, \"bytes_per_task\": %g, \"tasks\": %d}\n",
		(cpu()-used)/sleepers*1e9, asleep/sleepers, sleepers)

	start = cpu()
	for i := 0; i < 1_000_000; i++ {
		group.Add(1)
		go group.Done()
	}
	group.Wait()
	report("spawn_all_join", cpu()-start, 1_000_000)
}
