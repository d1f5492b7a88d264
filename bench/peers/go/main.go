// go-peer: the same work as the bare client, as the service's own Go SDK and its example
// of a connection pool do it: one goroutine a request, a channel of idle connections, one
// goroutine that reads each connection, one for each frame, which is unmarshalled
// whole, copied and kept by the request's collector, and a drawn id for each request.
//
//	go-peer SESSIONS REQUESTS AUDIO-FILE
//
// It speaks the protocol itself, over gorilla/websocket: the SDK is not on the module
// proxy.
package main

import (
	"bytes"
	"crypto/rand"
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
	"google.golang.org/protobuf/proto"

	"avatar-pool/bench/go-peer/schema"
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

func encode(message *schema.Envelope) []byte {
	bytes, err := proto.Marshal(message)
	must("encoding", err)
	return bytes
}

func encodeConfiguration() []byte {
	return encode(&schema.Envelope{
		Type: schema.Type_TYPE_CLIENT_CONFIGURE_SESSION,
		Content: &schema.Envelope_ClientConfigureSession{
			ClientConfigureSession: &schema.ConfigureSession{SampleRate: 16000}},
	})
}

func encodeAudio(id string, audio []byte) []byte {
	return encode(&schema.Envelope{
		Type: schema.Type_TYPE_CLIENT_AUDIO_INPUT,
		Content: &schema.Envelope_ClientAudioInput{
			ClientAudioInput: &schema.AudioInput{ReqId: id, End: true, Audio: audio}},
	})
}

func decode(bytes []byte) *schema.Envelope {
	var message schema.Envelope
	must("reading", proto.Unmarshal(bytes, &message))
	return &message
}

// requestID is the time and twelve characters drawn at random.
func requestID() string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
	drawn := make([]byte, 12)
	_, err := rand.Read(drawn)
	must("drawing an id", err)
	for i, each := range drawn {
		drawn[i] = alphabet[int(each)%len(alphabet)]
	}
	return time.Now().UTC().Format("20060102150405") + "_" + string(drawn)
}

// collector gathers the frames of one request, each from a goroutine of its own.
type collector struct {
	adding sync.WaitGroup
	mutex  sync.Mutex
	id     string
	frames [][]byte
	done   chan struct{}
}

func (c *collector) add(frame *schema.ResponseAnimation, message []byte) {
	defer c.adding.Done()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if frame.ReqId != c.id {
		fail("reading", fmt.Errorf("a frame of another request"))
	}
	c.frames = append(c.frames, message)
	if frame.End {
		close(c.done)
	}
}

// all waits for the last frame, which may overtake others.
func (c *collector) all() int {
	<-c.done
	c.adding.Wait()
	return len(c.frames)
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
	if got := decode(message); got.GetServerConfirmSession() == nil {
		fail("confirmation", fmt.Errorf("message type %v", got.Type))
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
		if frame := decode(message).GetServerResponseAnimation(); frame != nil {
			s.collector.adding.Add(1)
			go s.collector.add(frame, bytes.Clone(message))
		}
	}
}

func (s *session) request(audio []byte) int {
	id := requestID()
	s.collector.reset(id)
	must("sending", s.connection.WriteMessage(websocket.BinaryMessage, encodeAudio(id, audio)))
	return s.collector.all()
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
			frames.Add(int64(borrowed.request(audio)))
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
