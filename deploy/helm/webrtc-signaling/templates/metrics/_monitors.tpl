{{/* Both components of this release: what has no port `internal` is no target. */}}
{{- define "webrtc-signaling.monitored" -}}
{{- $root := index . 0 -}}
jobLabel: {{ (index . 1).jobLabel }}
namespaceSelector:
  matchNames: [{{ $root.Release.Namespace }}]
selector:
  matchLabels:
    app.kubernetes.io/name: {{ include "webrtc-signaling.name" $root }}
    app.kubernetes.io/instance: {{ $root.Release.Name }}
  matchExpressions:
    - {key: app.kubernetes.io/component, operator: In, values: [signaling-gateway, signaling-service]}
{{- end }}

{{- define "webrtc-signaling.scraped" -}}
{{- $root := index . 0 }}
{{- with index . 1 -}}
path: /metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .relabelings }}
relabelings:
  {{- include "webrtc-signaling.free" (list $root .) | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- include "webrtc-signaling.free" (list $root .) | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
