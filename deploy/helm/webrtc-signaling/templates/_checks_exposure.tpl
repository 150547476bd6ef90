{{/* As in _checks.tpl, of what is around the pods. */}}

{{- define "webrtc-signaling.checks.exposure" -}}
{{- $problems := list }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- $problems = append $problems "ingress.enabled: needs ingress.hosts, [{host: signaling.example.org}]." }}
{{- end }}
{{- $route := .Values.httpRoute }}
{{- if and $route.enabled (not $route.parentRefs) }}
{{- $problems = append $problems "httpRoute.enabled: needs httpRoute.parentRefs, the Gateway's listener, [{name: public, namespace: gateways, sectionName: https}]." }}
{{- end }}
{{- if and $route.enabled $route.httpsRedirect.enabled (not $route.httpsRedirect.parentRefs) }}
{{- $problems = append $problems "httpRoute.httpsRedirect.enabled: needs httpRoute.httpsRedirect.parentRefs, the listener without TLS, [{name: public, namespace: gateways, sectionName: http}]." }}
{{- end }}
{{- if and $route.httpsRedirect.enabled (not $route.enabled) }}
{{- $problems = append $problems "httpRoute.httpsRedirect.enabled: needs httpRoute.enabled=true." }}
{{- end }}
{{- if .Values.grpcRoute.enabled }}
{{- if not .Values.grpcRoute.parentRefs }}
{{- $problems = append $problems "grpcRoute.enabled: needs grpcRoute.parentRefs, the Gateway's listener, [{name: internal, namespace: gateways, sectionName: grpc}]." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.grpc.from) }}
{{- $problems = append $problems "grpcRoute.enabled: the Gateway's proxies do not reach the service. Say in networkPolicy.grpc.from where they are, [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateways}}}], or set networkPolicy.enabled=false." }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.scaling" -}}
{{- $problems := list }}
{{- $gateway := .Values.gateway }}
{{- $scaling := $gateway.autoscaling }}
{{- if $scaling.enabled }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- $problems = append $problems (printf "gateway.autoscaling.minReplicas: %d is above gateway.autoscaling.maxReplicas, %d." (int $scaling.minReplicas) (int $scaling.maxReplicas)) }}
{{- end }}
{{- if not (or $scaling.targetCPUUtilizationPercentage $scaling.targetConnections $scaling.metrics) }}
{{- $problems = append $problems "gateway.autoscaling.enabled: needs what to scale by, gateway.autoscaling.targetCPUUtilizationPercentage=70 or gateway.autoscaling.targetConnections." }}
{{- end }}
{{- if ge (int $scaling.targetConnections) (int $gateway.maxConnections) }}
{{- $problems = append $problems (printf "gateway.autoscaling.targetConnections: %d has to be below gateway.maxConnections, %d: a full gateway refuses clients, so that the average would never be above." (int $scaling.targetConnections) (int $gateway.maxConnections)) }}
{{- end }}
{{- end }}
{{- $budget := $gateway.podDisruptionBudget }}
{{- if and $budget.enabled (eq (kindIs "invalid" $budget.maxUnavailable) (kindIs "invalid" $budget.minAvailable)) }}
{{- $problems = append $problems "gateway.podDisruptionBudget: either maxUnavailable or minAvailable, the other one null: {maxUnavailable: null, minAvailable: 50%}." }}
{{- end }}
{{- toJson $problems }}
{{- end }}

{{- define "webrtc-signaling.checks.monitoring" -}}
{{- $problems := list }}
{{- $metrics := .Values.metrics }}
{{- if and $metrics.serviceMonitor.enabled $metrics.podMonitor.enabled }}
{{- $problems = append $problems "metrics.serviceMonitor.enabled together with metrics.podMonitor.enabled: everything would be scraped twice. One of both." }}
{{- end }}
{{- if and (or $metrics.serviceMonitor.enabled $metrics.podMonitor.enabled) .Values.networkPolicy.enabled (not .Values.networkPolicy.internal.from) }}
{{- $problems = append $problems "metrics: Prometheus does not reach the pods. Say in networkPolicy.internal.from where it is, [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}], or set networkPolicy.enabled=false." }}
{{- end }}
{{- range $name := list "serviceMonitor" "podMonitor" }}
{{- $monitor := index $metrics $name }}
{{- if and $monitor.enabled $monitor.interval $monitor.scrapeTimeout (gt (include "webrtc-signaling.microseconds" $monitor.scrapeTimeout | int64) (include "webrtc-signaling.microseconds" $monitor.interval | int64)) }}
{{- $problems = append $problems (printf "metrics.%s.scrapeTimeout: %s is longer than metrics.%s.interval, %s, which Prometheus does not take." $name $monitor.scrapeTimeout $name $monitor.interval) }}
{{- end }}
{{- end }}
{{- $rule := $metrics.prometheusRule }}
{{- $known := list }}
{{- range (.Files.Get "files/alerts.yaml" | fromYaml).groups }}
{{- range .rules }}
{{- $known = append $known .alert }}
{{- end }}
{{- end }}
{{- range concat ($rule.disabled | default list) (keys ($rule.overrides | default dict) | sortAlpha) }}
{{- if not (has . $known) }}
{{- $problems = append $problems (printf "metrics.prometheusRule: there is no alert %s. There are %s." . (join ", " $known)) }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}
