package dev.flowshield.apps.spelling;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.apache.struts2.ActionInvocation;
import org.apache.struts2.ServletActionContext;
import org.apache.struts2.dispatcher.filter.StrutsPrepareAndExecuteFilter;
import org.apache.struts2.result.Result;

/**
 * Struts, which mixes what the container has resolved with what the client sent, and finds an
 * action by the namespace before it.
 */
final class StrutsApps {

  private static final String ROUTES = "dev/flowshield/apps/spelling/struts.xml";

  private StrutsApps() {}

  static List<Subject> subjects() {
    List<Subject> all = new ArrayList<>();
    all.addAll(Containers.someWith("Struts by whole namespaces", "", with("true")));
    all.addAll(Containers.someWith("Struts by namespaces that fit best", "", with("false")));
    return all;
  }

  private static Containers.Deployment with(String wholeNamespaces) {
    return (servlets, files) -> {
      Containers.addNothing(servlets);
      FilterRegistration filter = servlets.addFilter("struts", new StrutsPrepareAndExecuteFilter());
      filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
      filter.setInitParameter("config", "struts-default.xml," + ROUTES);
      filter.setInitParameter("struts.mapper.alwaysSelectFullNamespace", wholeNamespaces);
    };
  }

  /** Says which route has run. */
  public static final class Answer implements Result {

    /** The property that the text of a result is. */
    public static final String DEFAULT_PARAM = "route";

    private static final long serialVersionUID = 1L;

    private String route = "";

    /** Sets the route whose action has run. */
    public void setRoute(String route) {
      this.route = route;
    }

    @Override
    public void execute(ActionInvocation action) throws IOException {
      ServletActionContext.getResponse().getWriter().print(Routes.answer(route));
    }
  }
}
