{{/* The configuration files. A file has what is set and leaves defaults to the process. */}}

{{/* Settings that a running process takes from its file; docs/configuration.md says Reloaded of them. They roll no pod. */}}
{{- define "webrtc-signaling.reloaded.gateway" -}}
["allowed_origins", "log_level", "max_connections", "rate_limits", "trusted_proxies"]
{{- end }}
{{- define "webrtc-signaling.reloaded.service" -}}
["log_level", "rate_limits"]
{{- end }}

{{/* There are keys for clients' tokens: "true", or nothing. */}}
{{- define "webrtc-signaling.keyed" -}}
{{- if or .Values.auth.jwksUrl (and .Values.auth.existingSecret .Values.auth.keysKey) }}true{{ end }}
{{- end }}

{{- define "webrtc-signaling.config.gateway" -}}
{{- $gateway := .Values.gateway }}
{{- $set := dict
  "address" .Values.listenAddress
  "port" 8765
  "internal_port" 8766
  "service" (printf "%s-service:%d" (include "webrtc-signaling.fullname" .) (int .Values.service.service.port))
  "max_connections" (int $gateway.maxConnections)
  "rate_limits" $gateway.rateLimits
  "drain_timeout" (printf "%ds" (int $gateway.drainTimeoutSeconds))
  "log_level" $gateway.logLevel }}
{{- with $gateway.allowedOrigins }}{{ $_ := set $set "allowed_origins" . }}{{ end }}
{{- with $gateway.trustedProxies }}{{ $_ := set $set "trusted_proxies" . }}{{ end }}
{{- if .Values.auth.allowAnonymous }}{{ $_ := set $set "allow_anonymous" true }}{{ end }}
{{- $files := include "webrtc-signaling.files.gateway" . | fromYaml }}
{{- with $files.auth }}
{{- $_ := set $set "service_token_file" (include "webrtc-signaling.path" (list "auth" (first .keys))) }}
{{- end }}
{{- with $files.tls }}
{{- $_ := set $set "tls_cert" (include "webrtc-signaling.path" (list "tls" (first .keys))) }}
{{- $_ := set $set "tls_key" (include "webrtc-signaling.path" (list "tls" (last .keys))) }}
{{- end }}
{{- with index $files "service-ca" }}
{{- $_ := set $set "service_ca" (include "webrtc-signaling.path" (list "service-ca" (first .keys))) }}
{{- with $gateway.serviceTls.serverName }}{{ $_ := set $set "service_name" . }}{{ end }}
{{- end }}
{{- with index $files "service-tls" }}
{{- $_ := set $set "service_cert" (include "webrtc-signaling.path" (list "service-tls" (first .keys))) }}
{{- $_ := set $set "service_key" (include "webrtc-signaling.path" (list "service-tls" (last .keys))) }}
{{- end }}
{{- include "webrtc-signaling.settings" (list . $set $gateway.config) }}
{{- end }}

{{- define "webrtc-signaling.config.service" -}}
{{- $service := .Values.service }}
{{- $auth := .Values.auth }}
{{- $turn := .Values.turn }}
{{- $set := dict
  "address" .Values.listenAddress
  "port" 50051
  "internal_port" 50052
  "engine" $service.engine
  "rate_limits" $service.rateLimits
  "drain_timeout" (printf "%ds" (int $service.drainTimeoutSeconds))
  "log_level" $service.logLevel }}
{{- if $auth.allowAnonymous }}{{ $_ := set $set "allow_anonymous" true }}{{ end }}
{{- $files := include "webrtc-signaling.files.service" . | fromYaml }}
{{- with $files.auth }}
{{- $_ := set $set "auth_keys" (include "webrtc-signaling.path" (list "auth" (first .keys))) }}
{{- end }}
{{- with $auth.jwksUrl }}{{ $_ := set $set "auth_jwks_url" . }}{{ end }}
{{- with index $files "jwks-ca" }}
{{- $_ := set $set "auth_jwks_ca" (include "webrtc-signaling.path" (list "jwks-ca" (first .keys))) }}
{{- end }}
{{- if include "webrtc-signaling.keyed" . }}
{{- $_ := set $set "auth_audience" $auth.audience }}
{{- with $auth.issuer }}{{ $_ := set $set "auth_issuer" . }}{{ end }}
{{- end }}
{{- with $files.tls }}
{{- $_ := set $set "tls_cert" (include "webrtc-signaling.path" (list "tls" (first .keys))) }}
{{- $_ := set $set "tls_key" (include "webrtc-signaling.path" (list "tls" (last .keys))) }}
{{- end }}
{{- with index $files "client-ca" }}
{{- $_ := set $set "tls_client_ca" (include "webrtc-signaling.path" (list "client-ca" (first .keys))) }}
{{- end }}
{{- with $turn.stunUrls }}{{ $_ := set $set "stun_urls" . }}{{ end }}
{{- with $files.turn }}
{{- $_ := set $set "turn_urls" $turn.urls }}
{{- $_ := set $set "turn_ttl" $turn.ttl }}
{{- $_ := set $set "turn_secret_file" (include "webrtc-signaling.path" (list "turn" (first .keys))) }}
{{- end }}
{{- include "webrtc-signaling.settings" (list . $set $service.config) }}
{{- end }}

{{/* A file of settings: (list $ SET MORE), sorted by name. Strings as JSON writes them, which YAML reads; numbers whole, where YAML would write 1e+06. */}}
{{- define "webrtc-signaling.settings" -}}
{{- $root := index . 0 }}
{{- range $name, $value := merge (dict) (index . 1) (index . 2 | default dict) }}
{{- if kindIs "float64" $value }}
{{ $name }}: {{ int64 $value }}
{{- else if kindIs "string" $value }}
{{ $name }}: {{ tpl $value $root | toRawJson }}
{{- else if kindIs "slice" $value }}
{{ $name }}:
{{- range $value }}
  - {{ tpl . $root | toRawJson }}
{{- end }}
{{- else if not (kindIs "invalid" $value) }}
{{ $name }}: {{ $value }}
{{- end }}
{{- end }}
{{- end }}

{{/* What changes with every setting that needs a restart, and with no other: (list $ "gateway"). */}}
{{- define "webrtc-signaling.checksum" -}}
{{- $config := include (printf "webrtc-signaling.config.%s" (index . 1)) (index . 0) | fromYaml }}
{{- range include (printf "webrtc-signaling.reloaded.%s" (index . 1)) (index . 0) | fromJsonArray }}
{{- $_ := unset $config . }}
{{- end }}
{{- toJson $config | sha256sum }}
{{- end }}
