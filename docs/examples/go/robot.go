// A robot in Go, with Pion: every viewer that calls gets the picture of a file, again and again. See README.md.
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"regexp"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

// What a robot needs of the messages of docs/protocol.md.
type message struct {
	Type                     string             `json:"type"`
	*webrtc.ICECandidateInit                    // of `ice_candidate`: its JSON has the protocol's names
	To                       string             `json:"to,omitempty"`
	ClientID                 string             `json:"client_id,omitempty"`
	SDP                      string             `json:"sdp,omitempty"`
	Reason                   string             `json:"reason,omitempty"`
	Code                     string             `json:"code,omitempty"`
	ICEServers               []webrtc.ICEServer `json:"ice_servers,omitempty"`
}

var fingerprint = regexp.MustCompile(`a=fingerprint:.*`) // of a connection; an ICE restart leaves it as it is

// For one connection to the server. Calls that stand outlive it.
type robot struct {
	socket  *websocket.Conn
	picture webrtc.TrackLocal // one for all viewers
	servers []webrtc.ICEServer
	calls   map[string]*webrtc.PeerConnection // by the viewer's client_id
}

func (r *robot) send(m message) {
	_ = wsjson.Write(context.Background(), r.socket, m) // a broken socket is noticed by `serve`
}

// Who calls anew gets a new connection; who only restarts ICE, or wants a change, keeps the one there is.
func (r *robot) answer(viewer, sdp string) error {
	call := r.calls[viewer]
	if call == nil || fingerprint.FindString(call.RemoteDescription().SDP) != fingerprint.FindString(sdp) {
		r.hangUp(viewer)
		var err error
		if call, err = webrtc.NewPeerConnection(webrtc.Configuration{ICEServers: r.servers}); err != nil {
			return err
		}
		r.calls[viewer] = call
		call.OnICECandidate(func(candidate *webrtc.ICECandidate) {
			if candidate != nil {
				fields := candidate.ToJSON()
				r.send(message{Type: "ice_candidate", To: viewer, ICECandidateInit: &fields})
			}
		})
		call.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
			if log.Print(viewer, " ", state); state == webrtc.PeerConnectionStateFailed {
				_ = call.Close()
			}
		})
		if _, err = call.AddTrack(r.picture); err != nil {
			return err
		}
	}
	if err := call.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return err
	}
	answer, err := call.CreateAnswer(nil)
	if err != nil {
		return err
	}
	r.send(message{Type: "answer", To: viewer, SDP: answer.SDP}) // ahead of the candidates, which begin to come with this:
	return call.SetLocalDescription(answer)
}

func (r *robot) hangUp(viewer string) {
	if call := r.calls[viewer]; call != nil {
		_ = call.Close()
	}
	delete(r.calls, viewer)
}

// Until the connection to the server ends.
func (r *robot) serve() error {
	for {
		var m message
		if err := wsjson.Read(context.Background(), r.socket, &m); err != nil {
			return err
		}
		call := r.calls[m.ClientID]
		switch {
		case m.Type == "connected" || m.Type == "ice_servers":
			r.servers = m.ICEServers
			log.Print(m.Type, " ", m.ClientID)
		case m.Type == "offer":
			if err := r.answer(m.ClientID, m.SDP); err != nil {
				log.Print(m.ClientID, " is not answered: ", err)
				r.send(message{Type: "reject", To: m.ClientID, Reason: "unsupported"})
				r.hangUp(m.ClientID)
			}
		case m.Type == "ice_candidate" && call != nil:
			_ = call.AddICECandidate(*m.ICECandidateInit) // one of no use does no harm
		case m.Type == "participant_left":
			r.hangUp(m.ClientID)
		case m.Type == "error":
			log.Print("the server says ", m.Code)
		}
	}
}

// The pictures of a file in their own time, and again from the first.
func play(file []byte, picture *webrtc.TrackLocalStaticSample) error {
	for next := time.Now(); ; {
		frames, header, err := ivfreader.NewWith(bytes.NewReader(file))
		if err != nil {
			return err
		}
		pause := time.Second * time.Duration(header.TimebaseNumerator) / time.Duration(header.TimebaseDenominator)
		for frame, _, err := frames.ParseNextFrame(); err == nil; frame, _, err = frames.ParseNextFrame() {
			_ = picture.WriteSample(media.Sample{Data: frame, Duration: pause}) // each viewer's troubles are its own
			next = next.Add(pause)
			time.Sleep(time.Until(next))
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: robot 'ws://localhost:8765/?room=robot&client_id=pion' picture.ivf")
	}
	file, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	picture, _ := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "robot")
	go func() { log.Fatal(play(file, picture)) }()
	for ; ; time.Sleep(2 * time.Second) { // again after a break
		socket, _, err := websocket.Dial(context.Background(), os.Args[1], nil)
		if err == nil {
			socket.SetReadLimit(1 << 17)
			err = (&robot{socket: socket, picture: picture, calls: map[string]*webrtc.PeerConnection{}}).serve()
		}
		log.Print("connecting again: ", err)
	}
}
