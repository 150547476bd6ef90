{{/* Files of Secrets. Each is a folder of its own, mounted as a whole, so that a new Secret reaches a running process. */}}

{{/* What a component mounts, as YAML: folder -> {secret, items: {key: file}}. Only the keys that it needs. */}}
{{- define "webrtc-signaling.files.service" -}}
{{- $auth := .Values.auth }}
{{- $turn := .Values.turn }}
{{- $tls := .Values.service.tls }}
{{- if and $auth.existingSecret $auth.keysKey }}
auth:
  secret: {{ $auth.existingSecret | quote }}
  keys: [{{ $auth.keysKey | quote }}]
{{- end }}
{{- if and $auth.jwksUrl $auth.jwksCaSecret }}
jwks-ca:
  secret: {{ $auth.jwksCaSecret | quote }}
  keys: [{{ $auth.jwksCaKey | quote }}]
{{- end }}
{{- if $tls.existingSecret }}
tls:
  secret: {{ $tls.existingSecret | quote }}
  keys: [{{ $tls.certKey | quote }}, {{ $tls.keyKey | quote }}]
{{- if $tls.clientCaKey }}
client-ca:
  secret: {{ $tls.clientCaSecret | default $tls.existingSecret | quote }}
  keys: [{{ $tls.clientCaKey | quote }}]
{{- end }}
{{- end }}
{{- if $turn.urls }}
turn:
  secret: {{ $turn.existingSecret | quote }}
  keys: [{{ $turn.secretKey | quote }}]
{{- end }}
{{- end }}

{{- define "webrtc-signaling.files.gateway" -}}
{{- $auth := .Values.auth }}
{{- $tls := .Values.gateway.tls }}
{{- $link := .Values.gateway.serviceTls }}
{{- if and $auth.existingSecret $auth.gatewayTokenKey (not $link.existingSecret) }}
auth:
  secret: {{ $auth.existingSecret | quote }}
  keys: [{{ $auth.gatewayTokenKey | quote }}]
{{- end }}
{{- if $tls.existingSecret }}
tls:
  secret: {{ $tls.existingSecret | quote }}
  keys: [{{ $tls.certKey | quote }}, {{ $tls.keyKey | quote }}]
{{- end }}
{{- if .Values.service.tls.existingSecret }}
service-ca:
  secret: {{ $link.caSecret | default $link.existingSecret | default .Values.service.tls.existingSecret | quote }}
  keys: [{{ $link.caKey | quote }}]
{{- if $link.existingSecret }}
service-tls:
  secret: {{ $link.existingSecret | quote }}
  keys: [{{ $link.certKey | quote }}, {{ $link.keyKey | quote }}]
{{- end }}
{{- end }}
{{- end }}

{{/* Where the process finds such a file: (list FOLDER KEY). */}}
{{- define "webrtc-signaling.path" -}}
/run/signaling/{{ index . 0 }}/{{ index . 1 }}
{{- end }}

{{/* (list $ "gateway") */}}
{{- define "webrtc-signaling.volumes" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 -}}
- name: config
  configMap:
    name: {{ include "webrtc-signaling.fullname" $root }}-{{ $component }}
{{- range $folder, $file := include (printf "webrtc-signaling.files.%s" $component) $root | fromYaml }}
- name: {{ $folder }}
  secret:
    secretName: {{ tpl $file.secret $root | quote }}
    defaultMode: 288  # 0440
    items:
      {{- range $file.keys }}
      - key: {{ . | quote }}
        path: {{ . | quote }}
      {{- end }}
{{- end }}
{{- with include "webrtc-signaling.free" (list $root (index $root.Values $component "extraVolumes")) }}
{{ . }}
{{- end }}
{{- end }}

{{- define "webrtc-signaling.volumeMounts" -}}
{{- $root := index . 0 }}
{{- $component := index . 1 -}}
- name: config
  mountPath: /etc/signaling
  readOnly: true
{{- range $folder, $file := include (printf "webrtc-signaling.files.%s" $component) $root | fromYaml }}
- name: {{ $folder }}
  mountPath: /run/signaling/{{ $folder }}
  readOnly: true
{{- end }}
{{- with include "webrtc-signaling.free" (list $root (index $root.Values $component "extraVolumeMounts")) }}
{{ . }}
{{- end }}
{{- end }}
