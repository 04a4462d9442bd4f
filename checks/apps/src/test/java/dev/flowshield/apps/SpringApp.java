package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http2.Http2Protocol;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The shop in Spring Web MVC on Tomcat 11; its routes are in {@link SpringRoutes}. */
final class SpringApp {

  private SpringApp() {}

  static ServerUnderTest start(Shop shop, ServletContainerInitializer first) throws Exception {
    Path directory = Files.createDirectories(shop.files().resolve("tomcat"));
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(0);
    connector.addUpgradeProtocol(new Http2Protocol());
    tomcat.setConnector(connector);
    ErrorReportValve errors = new ErrorReportValve();
    errors.setShowReport(false); // a trace has the filter in it
    tomcat.getHost().getPipeline().addValve(errors);
    Context context = tomcat.addContext("", null);
    Logger.getLogger(context.getLogName()).setLevel(Level.OFF); // Tomcat has turned it on
    context.addServletContainerInitializer(first, Set.of());
    context.addServletContainerInitializer((classes, servlets) -> deploy(shop, servlets), Set.of());
    tomcat.start();
    ServerUnderTest started = new ServerUnderTest(connector.getLocalPort(), () -> {
      tomcat.stop();
      tomcat.destroy();
    });
    if (context.getState() != LifecycleState.STARTED) { // Tomcat logs why, and runs on
      started.stop().run();
      throw new IllegalStateException("the application did not start");
    }
    return started;
  }

  private static void deploy(Shop shop, ServletContext servlets) {
    AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
    spring.addBeanFactoryPostProcessor(beans -> beans.registerSingleton("shop", shop));
    spring.register(Configured.class, SpringRoutes.class);
    ServletRegistration.Dynamic dispatcher =
        servlets.addServlet("spring", new DispatcherServlet(spring));
    dispatcher.addMapping("/");
    dispatcher.setAsyncSupported(true);
    dispatcher.setMultipartConfig(new MultipartConfigElement(""));
  }

  @EnableWebMvc
  @Configuration(proxyBeanMethods = false)
  static class Configured implements WebMvcConfigurer {

    private final Shop shop;

    Configured(Shop shop) {
      this.shop = shop;
    }

    @Bean
    StandardServletMultipartResolver multipartResolver() {
      return new StandardServletMultipartResolver();
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
      registry
          .addResourceHandler("/static/**")
          .addResourceLocations(shop.files().toUri().toString());
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
      registry.addRedirectViewController("/old", "/");
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
      registry.addInterceptor(new HandlerInterceptor() {
        @Override
        public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
          shop.called();
          return true;
        }
      });
    }
  }
}
