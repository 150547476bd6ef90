{{/* What is allowed, and might surprise; a JSON list for the notes. */}}
{{- define "webrtc-signaling.warnings" -}}
{{- $warnings := list }}
{{- $gateway := .Values.gateway }}
{{- if .Values.auth.allowAnonymous }}
{{- $warnings = append $warnings "auth.allowAnonymous: everybody who reaches a gateway may join any room, and gets TURN credentials if there are any. Not for the internet." }}
{{- end }}
{{- if and .Values.auth.existingSecret .Values.auth.gatewayTokenKey (not $gateway.serviceTls.existingSecret) (not .Values.service.tls.existingSecret) }}
{{- $warnings = append $warnings "Gateways show the service their token, and clients', without TLS: set service.tls.existingSecret, or let a mesh encrypt." }}
{{- end }}
{{- if eq .Values.service.engine "memory" }}
{{- $warnings = append $warnings "Sessions and rooms are in the memory of the one service pod. When it is replaced (an upgrade of its image or settings, a drained node) every client has to join again, and nobody is served until the next one is ready. Gateways are replaced without that." }}
{{- end }}
{{- if and (dig "relay_only" false (.Values.service.config | default dict)) (not .Values.turn.urls) }}
{{- $warnings = append $warnings "service.config.relay_only without turn.urls: no call can connect, unless clients bring TURN servers of their own." }}
{{- end }}
{{- if and (not $gateway.autoscaling.enabled) (eq (toString $gateway.replicas) "1") }}
{{- $warnings = append $warnings "gateway.replicas is 1: while the one gateway is replaced clients may find none. Sessions go on at the next one, if it is up within the resume window (service.config.resume_window, 30s)." }}
{{- end }}
{{- range $component := list "gateway" "service" }}
{{- if eq (toString (index $.Values $component "replicas")) "0" }}
{{- if not (and (eq $component "gateway") $gateway.autoscaling.enabled) }}
{{- $warnings = append $warnings (printf "%s.replicas is 0: nobody is served." $component) }}
{{- end }}
{{- end }}
{{- end }}
{{- $budget := $gateway.podDisruptionBudget }}
{{- $least := $gateway.autoscaling.enabled | ternary $gateway.autoscaling.minReplicas $gateway.replicas | int }}
{{- if and $budget.enabled (gt $least 1) }}
{{- $stay := toString $budget.minAvailable }}
{{- if hasSuffix "%" $stay }}
{{- $stay = divf (mul $least (trimSuffix "%" $stay | int)) 100 | ceil }}
{{- end }}
{{- if or (ge (int $stay) $least) (has (toString $budget.maxUnavailable) (list "0" "0%")) }}
{{- $warnings = append $warnings (printf "gateway.podDisruptionBudget lets none of %d pods go: no node with one of them can be drained." $least) }}
{{- end }}
{{- end }}
{{- $resources := $gateway.resources | default dict }}
{{- if and $gateway.autoscaling.enabled $gateway.autoscaling.targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" $resources)) (not (dig "limits" "cpu" "" $resources)) }}
{{- $warnings = append $warnings "gateway.autoscaling.targetCPUUtilizationPercentage counts percent of gateway.resources.requests.cpu, which is not set: without a default of the namespace nothing is scaled." }}
{{- end }}
{{- if and (or (.Values.ingress).enabled (.Values.httpRoute).enabled) (not $gateway.trustedProxies) }}
{{- $warnings = append $warnings "gateway.trustedProxies is empty: all clients behind the proxy count as one address, whose limit is 20 new connections a second. Name the proxy's pods." }}
{{- end }}
{{- if and .Values.grpcRoute.enabled .Values.auth.allowAnonymous }}
{{- $warnings = append $warnings "grpcRoute.enabled with auth.allowAnonymous: everybody who reaches that listener may end calls and delete rooms." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.grpc.from) }}
{{- $warnings = append $warnings "The NetworkPolicy lets gateways alone call the service: name back ends in networkPolicy.grpc.from." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.internal.from) }}
{{- $warnings = append $warnings "The NetworkPolicy lets nobody read metrics: name Prometheus in networkPolicy.internal.from." }}
{{- end }}
{{- range $component := list "gateway" "service" }}
{{- if eq (index $.Values $component "logLevel") "debug" }}
{{- $warnings = append $warnings (printf "%s.logLevel is debug: clients' addresses are in the log." $component) }}
{{- end }}
{{- end }}
{{- toJson $warnings }}
{{- end }}
