{{/* What concerns more than one value, and what is refused by Kubernetes or a process only when it is too late. Fails with all of it at once. */}}
{{- define "webrtc-signaling.checks" -}}
{{- $problems := concat
  (include "webrtc-signaling.checks.auth" . | fromJsonArray)
  (include "webrtc-signaling.checks.tls" . | fromJsonArray)
  (include "webrtc-signaling.checks.turn" . | fromJsonArray)
  (include "webrtc-signaling.checks.durations" . | fromJsonArray)
  (include "webrtc-signaling.checks.pods" . | fromJsonArray)
  (include "webrtc-signaling.checks.network" . | fromJsonArray)
  (include "webrtc-signaling.checks.exposure" . | fromJsonArray)
  (include "webrtc-signaling.checks.scaling" . | fromJsonArray)
  (include "webrtc-signaling.checks.monitoring" . | fromJsonArray) }}
{{- if $problems }}
{{- fail (printf "\n\n%s\n" (join "\n\n" $problems)) }}
{{- end }}
{{- end }}

{{- define "webrtc-signaling.checks.auth" -}}
{{- $auth := .Values.auth }}
{{- $keyed := include "webrtc-signaling.keyed" . }}
{{- $problems := list }}
{{- if and $auth.allowAnonymous (or $auth.existingSecret $auth.jwksUrl) }}
{{- $problems = append $problems "auth.allowAnonymous together with keys: which of both? Leave out auth.allowAnonymous, or auth.existingSecret and auth.jwksUrl." }}
{{- else if and (not $auth.allowAnonymous) (not $keyed) }}
{{- $problems = append $problems (include "webrtc-signaling.checks.undecided" .) }}
{{- end }}
{{- if and $keyed (not $auth.audience) }}
{{- $problems = append $problems "auth.audience: is needed with keys, or a token for any other service would do." }}
{{- end }}
{{- if and $auth.issuer (not $keyed) }}
{{- $problems = append $problems "auth.issuer: nothing is checked without keys (auth.existingSecret or auth.jwksUrl)." }}
{{- end }}
{{- if and $auth.jwksCaSecret (not $auth.jwksUrl) }}
{{- $problems = append $problems "auth.jwksCaSecret: needs auth.jwksUrl." }}
{{- end }}
{{- if and $keyed (not (and $auth.existingSecret $auth.gatewayTokenKey)) (not .Values.gateway.serviceTls.existingSecret) }}
{{- $problems = append $problems "Gateways have nothing to show the service: set auth.existingSecret and auth.gatewayTokenKey (a token with the grant \"gateway\"), or gateway.serviceTls.existingSecret (a client certificate)." }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.undecided" -}}
Decide whom the system serves. Those with a token, whose keys are in a Secret:

    kubectl create secret generic signaling-auth --namespace {{ .Release.Namespace }} --from-file=keys.json --from-file=gateway-token
    helm ... --set auth.existingSecret=signaling-auth

or everybody who reaches it, for a first look:

    helm ... --set auth.allowAnonymous=true
{{- end }}

{{- define "webrtc-signaling.checks.tls" -}}
{{- $tls := .Values.service.tls }}
{{- $link := .Values.gateway.serviceTls }}
{{- $config := .Values.service.config | default dict }}
{{- $problems := list }}
{{- if not $tls.existingSecret }}
{{- range $name, $value := dict "service.tls.clientCaKey" $tls.clientCaKey "service.tls.clientCaSecret" $tls.clientCaSecret "gateway.serviceTls.existingSecret" $link.existingSecret "gateway.serviceTls.caSecret" $link.caSecret "gateway.serviceTls.serverName" $link.serverName }}
{{- if $value }}
{{- $problems = append $problems (printf "%s: needs service.tls.existingSecret, since the service has no TLS." $name) }}
{{- end }}
{{- end }}
{{- else if and $tls.clientCaSecret (not $tls.clientCaKey) }}
{{- $problems = append $problems "service.tls.clientCaSecret: needs service.tls.clientCaKey, the Secret's key with the CAs (ca.crt)." }}
{{- else if and $link.existingSecret (not $tls.clientCaKey) }}
{{- $problems = append $problems "gateway.serviceTls.existingSecret: the service asks for no client certificate; set service.tls.clientCaKey (ca.crt) and, if the CAs are elsewhere, service.tls.clientCaSecret." }}
{{- else if and $tls.clientCaKey (not $link.existingSecret) (not (include "webrtc-signaling.keyed" .)) }}
{{- $problems = append $problems "service.tls.clientCaKey: without keys for tokens nobody connects without a certificate, gateways neither; set gateway.serviceTls.existingSecret." }}
{{- end }}
{{- range $name := list "tls_gateway_names" "tls_admin_names" }}
{{- if and (index $config $name) (not $tls.clientCaKey) }}
{{- $problems = append $problems (printf "service.config.%s: needs service.tls.clientCaKey, the key with the CAs of client certificates." $name) }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.turn" -}}
{{- $problems := list }}
{{- if and .Values.turn.urls (not .Values.turn.existingSecret) }}
{{- $problems = append $problems "turn.urls: needs turn.existingSecret, a Secret with what is shared with these servers (key turn-secret), or nobody could use them." }}
{{- else if and .Values.turn.existingSecret (not .Values.turn.urls) }}
{{- $problems = append $problems "turn.existingSecret: needs turn.urls, the servers that it is for." }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.pods" -}}
{{- $problems := list }}
{{- if and (eq .Values.service.engine "memory") (gt (int .Values.service.replicas) 1) }}
{{- $problems = append $problems (printf "service.replicas: %d replicas with the memory engine would be as many separate systems, whose clients do not meet. Write 1." (int .Values.service.replicas)) }}
{{- end }}
{{- range $component := list "gateway" "service" }}
{{- $values := index $.Values $component }}
{{- $least := include "webrtc-signaling.leastGrace" $values | int }}
{{- $grace := $values.terminationGracePeriodSeconds }}
{{- if and (not (kindIs "invalid" $grace)) (lt (int $grace) $least) }}
{{- $problems = append $problems (printf "%s.terminationGracePeriodSeconds: %d s would kill a pod before it has sent its sessions away; at least %d (preStopSeconds + drainTimeoutSeconds + 10), or leave it out." $component (int $grace) $least) }}
{{- end }}
{{- end }}
{{- $gateway := .Values.gateway }}
{{- $rolling := $gateway.strategy.rollingUpdate | default dict }}
{{- if and (eq $gateway.strategy.type "RollingUpdate") (has (toString $rolling.maxSurge) (list "0" "0%")) (has (toString $rolling.maxUnavailable) (list "0" "0%")) }}
{{- $problems = append $problems "gateway.strategy.rollingUpdate: with maxSurge 0 and maxUnavailable 0 no pod could be replaced. One of both has to be 1 or more." }}
{{- end }}
{{- $sessions := int $gateway.maxConnections }}
{{- /* gateway/gateway.cc, ReservedDescriptors: 64, and for each thread 8 and a connection to the one service with the next one while it goes away. */}}
{{- $reserve := add 64 (mul 10 (dig "io_threads" 1 ($gateway.config | default dict) | int)) }}
{{- /* gateway/admission.h, TakeWaiting. */}}
{{- $waiting := max 4 (div $sessions 10) }}
{{- $need := add $sessions $waiting $reserve | int }}
{{- if gt $need (int $gateway.descriptorLimit) }}
{{- $problems = append $problems (printf "gateway.maxConnections: %d sessions, %d sockets that wait and %d for the process itself are %d open files, more than gateway.descriptorLimit (%d). Fewer of them and more gateway.replicas; or, where nodes give containers more (ulimit -Hn), say so in gateway.descriptorLimit." $sessions (int $waiting) (int $reserve) $need (int $gateway.descriptorLimit)) }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.network" -}}
{{- $problems := list }}
{{- if or (hasPrefix "127." .Values.listenAddress) (eq .Values.listenAddress "::1") }}
{{- $problems = append $problems (printf "listenAddress: %s is reached from inside the pod alone. Write \"::\", which is every address." .Values.listenAddress) }}
{{- end }}
{{- $service := .Values.gateway.service }}
{{- if eq $service.type "ClusterIP" }}
{{- range $name := list "nodePort" "externalTrafficPolicy" }}
{{- if index $service $name }}
{{- $problems = append $problems (printf "gateway.service.%s: needs gateway.service.type NodePort or LoadBalancer." $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if ne $service.type "LoadBalancer" }}
{{- range $name := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if index $service $name }}
{{- $problems = append $problems (printf "gateway.service.%s: needs gateway.service.type LoadBalancer." $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}
