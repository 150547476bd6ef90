{{/* What both NetworkPolicies have. Ports are numbers, as not every network plugin knows names. */}}

{{/* (list $ PORT) */}}
{{- define "webrtc-signaling.internalRule" -}}
{{- $root := index . 0 }}
{{- $port := index . 1 }}
{{- with $root.Values.networkPolicy.internal.from -}}
- ports: [{port: {{ $port }}, protocol: TCP}]
  from:
    {{- include "webrtc-signaling.free" (list $root .) | nindent 4 }}
{{- end }}
{{- end }}

{{- define "webrtc-signaling.dnsRule" -}}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
  {{- with .Values.networkPolicy.egress.dns }}
  to:
    {{- include "webrtc-signaling.free" (list $ .) | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "webrtc-signaling.jwksPort" -}}
{{- regexReplaceAll "^https://[^/?#]*?(?::([0-9]+))?(?:[/?#].*)?$" .Values.auth.jwksUrl "${1}" | default "443" }}
{{- end }}
