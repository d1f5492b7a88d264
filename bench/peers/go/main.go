// go-peer: the same work as the bare client, in the shape that a Go program gives
// it: one goroutine a request, a channel of idle connections, one goroutine that
// reads each connection, and a collector that keeps a request's frames.
//
//	go-peer SESSIONS REQUESTS AUDIO-FILE
//
// It speaks the protocol itself, over gorilla/websocket: the service's own Go SDK is
// not on the module proxy.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/protobuf/encoding/protowire"
)

// Types of the envelope, and the field that holds each (protocol/wire.hpp).
const (
	configureSession = 1
	confirmSession   = 2
	audioInput       = 3
	animation        = 5

	typeField      = 1
	configureField = 2
	audioField     = 4
	animationField = 6
)

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "go-peer: %s: %v\n", what, err)
	os.Exit(1)
}

func must(what string, err error) {
	if err != nil {
		fail(what, err)
	}
}

func envelope(kind uint64, field protowire.Number, body []byte) []byte {
	message := protowire.AppendTag(nil, typeField, protowire.VarintType)
	message = protowire.AppendVarint(message, kind)
	message = protowire.AppendTag(message, field, protowire.BytesType)
	return protowire.AppendBytes(message, body)
}

func encodeConfiguration() []byte {
	body := protowire.AppendTag(nil, 1, protowire.VarintType)
	return envelope(configureSession, configureField, protowire.AppendVarint(body, 16000))
}

func encodeAudio(id string, audio []byte) []byte {
	body := protowire.AppendTag(nil, 1, protowire.BytesType)
	body = protowire.AppendString(body, id)
	body = protowire.AppendTag(body, 2, protowire.VarintType)
	body = protowire.AppendVarint(body, 1)
	body = protowire.AppendTag(body, 3, protowire.BytesType)
	return envelope(audioInput, audioField, protowire.AppendBytes(body, audio))
}

// fields calls visit for every field of a message.
func fields(message []byte, visit func(number protowire.Number, value uint64, bytes []byte)) {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			fail("reading", protowire.ParseError(size))
		}
		message = message[size:]
		var value uint64
		var bytes []byte
		switch kind {
		case protowire.VarintType:
			value, size = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			bytes, size = protowire.ConsumeBytes(message)
		default:
			size = protowire.ConsumeFieldValue(number, kind, message)
		}
		if size < 0 {
			fail("reading", protowire.ParseError(size))
		}
		visit(number, value, bytes)
		message = message[size:]
	}
}

type frame struct {
	id  string
	end bool
}

func decode(message []byte) (kind uint64, got frame) {
	fields(message, func(number protowire.Number, value uint64, body []byte) {
		switch number {
		case typeField:
			kind = value
		case animationField:
			fields(body, func(number protowire.Number, value uint64, bytes []byte) {
				switch number {
				case 2:
					got.id = string(bytes)
				case 3:
					got.end = value != 0
				}
			})
		}
	})
	return
}

// collector gathers the frames of one request.
type collector struct {
	mutex  sync.Mutex
	id     string
	frames [][]byte
	done   chan struct{}
}

func (c *collector) add(message []byte, got frame) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if got.id != c.id {
		fail("reading", fmt.Errorf("a frame of another request"))
	}
	c.frames = append(c.frames, message)
	if got.end {
		close(c.done)
	}
}

func (c *collector) reset(id string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.id, c.frames, c.done = id, nil, make(chan struct{})
}

type session struct {
	connection *websocket.Conn
	collector  collector
}

type service struct {
	apiKey, appID, console, ingress string
	client                          *http.Client
}

func (s *service) token() string {
	body := fmt.Sprintf(`{"expireAt": %d}`, time.Now().Add(time.Hour).Unix())
	request, err := http.NewRequest("POST", s.console+"/session-tokens", strings.NewReader(body))
	must("token request", err)
	request.Header.Set("X-Api-Key", s.apiKey)
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(request)
	must("token request", err)
	defer answer.Body.Close()
	var granted struct{ SessionToken string }
	must("token answer", json.NewDecoder(answer.Body).Decode(&granted))
	return granted.SessionToken
}

func (s *service) open() *session {
	header := http.Header{"X-App-ID": {s.appID}, "X-Session-Key": {s.token()}}
	connection, _, err := websocket.DefaultDialer.Dial(s.ingress, header)
	must("upgrade", err)
	must("configuring", connection.WriteMessage(websocket.BinaryMessage, encodeConfiguration()))
	_, message, err := connection.ReadMessage()
	must("confirmation", err)
	if kind, _ := decode(message); kind != confirmSession {
		fail("confirmation", fmt.Errorf("message type %d", kind))
	}
	opened := &session{connection: connection}
	go opened.read()
	return opened
}

func (s *session) read() {
	for {
		_, message, err := s.connection.ReadMessage()
		if err != nil {
			return
		}
		if kind, got := decode(message); kind == animation {
			s.collector.add(message, got)
		}
	}
}

func (s *session) request(id string, audio []byte) int {
	s.collector.reset(id)
	must("sending", s.connection.WriteMessage(websocket.BinaryMessage, encodeAudio(id, audio)))
	<-s.collector.done
	return len(s.collector.frames)
}

func fromEnvironment(name string) string {
	value := os.Getenv(name)
	if value == "" {
		fail(name, fmt.Errorf("not set"))
	}
	return value
}

func main() {
	if len(os.Args) != 4 {
		fail("usage", fmt.Errorf("expected SESSIONS REQUESTS AUDIO-FILE"))
	}
	sessions, err := strconv.Atoi(os.Args[1])
	must("SESSIONS", err)
	requests, err := strconv.Atoi(os.Args[2])
	must("REQUESTS", err)
	audio, err := os.ReadFile(os.Args[3])
	must("AUDIO-FILE", err)

	ingress := strings.Replace(fromEnvironment("AVATAR_INGRESS_ENDPOINT"), "http", "ws", 1)
	to := service{
		apiKey:  fromEnvironment("AVATAR_API_KEY"),
		appID:   fromEnvironment("AVATAR_APP_ID"),
		console: fromEnvironment("AVATAR_CONSOLE_ENDPOINT"),
		ingress: ingress + "/websocket?id=" + url.QueryEscape(fromEnvironment("AVATAR_SESSION_AVATAR_ID")),
		client:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}

	idle := make(chan *session, sessions)
	var opening sync.WaitGroup
	for i := 0; i < sessions; i++ {
		opening.Add(1)
		go func() {
			defer opening.Done()
			idle <- to.open()
		}()
	}
	opening.Wait()
	fmt.Println("ready")
	if requests == 0 {
		io.Copy(io.Discard, os.Stdin)
		return
	}

	var frames atomic.Int64
	latencies := make([]float64, requests)
	begun := time.Now()
	var running sync.WaitGroup
	for i := 0; i < requests; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			borrowed := <-idle
			defer func() { idle <- borrowed }()
			started := time.Now()
			frames.Add(int64(borrowed.request(fmt.Sprintf("request-%d", i), audio)))
			latencies[i] = float64(time.Since(started).Microseconds()) / 1000
		}()
	}
	running.Wait()
	took := time.Since(begun)
	fmt.Println("done")
	sort.Float64s(latencies)
	var line bytes.Buffer
	must("figures", json.NewEncoder(&line).Encode(map[string]any{
		"requests": requests, "frames": frames.Load(), "seconds": took.Seconds(),
		"p50_ms": latencies[requests/2], "p99_ms": latencies[requests*99/100],
	}))
	fmt.Print(line.String())
}
